"""Firms that were expected to arrive in a year, by the plans in force at the end of a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import read
from crm.cultivation.figures import in_zone
from crm.cultivation.models import Track, TrackSpan
from crm.cultivation.overview import holds
from crm.cultivation.plan_models import TrackOutlook, TrackPlan
from crm.cultivation.queries import seen_by
from crm.cultivation.rules.ladder import ladder
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE

Expected = dict[tuple[str, str], set[int]]
"""By kind of track and class the ids of firms."""


def expected(me: User, year: int, on: date) -> Expected:
    """Those on their way then. Of their steps counts what is known of them now, of the plans what was said by then."""
    found: Expected = defaultdict(set)
    rows: Any = read(_now(me, year) if on >= clock.today() else _then(me, year, on))
    for kind, goal_class, firm in rows:
        found[kind, goal_class].add(firm)
    return found


def _now(me: User, year: int) -> Select[str, str, int]:
    query = select(Track.kind, TrackOutlook.goal_class, Track.enterprise_id)
    query = query.join(TrackOutlook, TrackOutlook.track_id == Track.id)
    query = query.join(Enterprise, Enterprise.id == Track.enterprise_id).where(IN_ZONE)
    arrived = [code for code in ladder().owner if ladder().state(code).figure]
    return query.where(Track.is_open, Track.state.not_in(arrived), _within(TrackOutlook.goal_on, year), seen_by(me))


def _then(me: User, year: int, on: date) -> Select[str, str, int]:
    """A plan holds until a later one is made."""
    later, end = aliased(TrackPlan), clock.at(on + timedelta(days=1), 0)
    followed = exists().where(later.track_id == TrackPlan.track_id, later.seq > TrackPlan.seq, later.at < end)
    query = select(Track.kind, TrackPlan.goal_class, Track.enterprise_id).join(Track, Track.id == TrackPlan.track_id)
    query = query.join(TrackSpan, and_(TrackSpan.track_id == Track.id, TrackSpan.figure == "", holds(on)))
    in_force = (TrackPlan.at < end, ~followed, _within(TrackPlan.goal_on, year))
    return query.where(*in_force, in_zone(on), seen_by(me))


def _within(day: Any, year: int) -> Any:
    return day.between(date(year, 1, 1), date(year, 12, 31))
