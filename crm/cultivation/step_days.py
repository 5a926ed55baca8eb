"""How many days are planned for each step: what the files ship, and what the bureau has set instead from a day on.

A setting of 0 days takes a step back to what is shipped. Pages take it along in their own statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Subquery, and_, cast, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from crm.core import clock
from crm.core.bureau import keep_setting
from crm.core.db import db, read
from crm.core.errors import RuleBroken
from crm.core.models import Setting
from crm.core.queries import days_before
from crm.core.words import say
from crm.cultivation.models import Track
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import FEWEST, MOST, stalled_before
from crm.cultivation.rules.states import State
from crm.timeline import Actor, record

KEY = "planning."
AS_SHIPPED = 0


def own() -> ColumnElement[Any]:
    """Of the step that a row of `Track` is in, what the bureau has set; None for nothing. See `days_of`."""
    begun = (Setting.key == literal(KEY) + Track.state, Setting.unit_id == 0, Setting.since <= clock.today())
    found = select(Setting.value).where(*begun).order_by(Setting.since.desc()).limit(1)
    return found.correlate(Track).scalar_subquery()


def days_of(state: State, own_days: int | None) -> int | None:
    """In force for a step; None where none are planned."""
    return own_days or state.days


def stalled() -> ColumnElement[bool]:
    """Of `Track`: longer in its step than one and a half times the planning time."""
    today, limits = clock.today(), dict[date, list[str]]()
    for code in ladder().owner:
        if (limit := stalled_before(ladder().state(code).days, today)) is not None:
            limits.setdefault(limit, []).append(code)
    shipped = or_(false(), *(and_(Track.state.in_(codes), Track.since_on < limit) for limit, codes in limits.items()))
    return or_(and_(shipped, Track.state.not_in(select(_set(today).c.state))), Track.id.in_(_stalled_by_own(today)))


def _stalled_by_own(today: date) -> Any:
    other, there = aliased(Track), _set(today)
    limit: Any = days_before(literal(today), there.c.days * 3 // 2)
    at = and_(other.state == there.c.state, other.is_open)
    return select(other.id).join(there, at).where(other.since_on < limit)


def _set(today: date) -> Subquery:
    """Steps whose planning time differs from what is shipped today, with their days."""
    later = aliased(Setting)
    newest = select(func.max(later.since)).where(
        later.key == Setting.key, later.unit_id == Setting.unit_id, later.since <= today
    )
    state = func.substr(Setting.key, len(KEY) + 1).label("state")
    ours = (Setting.key.startswith(KEY, autoescape=True), Setting.unit_id == 0, Setting.value != AS_SHIPPED)
    query = select(state, cast(Setting.value, Integer).label("days"))
    return query.where(*ours, Setting.since == newest.correlate(Setting).scalar_subquery()).subquery()


def rows_of(states: Sequence[str]) -> dict[str, list[Any]]:
    """What was ever set for these steps, the latest day first."""
    query = select(Setting.key, Setting.value, Setting.since, Setting.set_at, Setting.set_by_name)
    query = query.where(Setting.key.in_([KEY + state for state in states]), Setting.unit_id == 0)
    found: dict[str, list[Any]] = {state: [] for state in states}
    rows: Any = read(query.order_by(Setting.since.desc()))
    for row in rows:
        found[row.key.removeprefix(KEY)].append(row)
    return found


def in_force(rows: Sequence[Any], on: date) -> int:
    """What the latest of these rows that has begun says."""
    return int(next((row.value for row in rows if row.since <= on), AS_SHIPPED))


def plan_days(state: State, days: int, *, since: date, by: Actor) -> None:
    """From a day on, so many days; 0 for those that are shipped. Raises RuleBroken for a day that has passed, for a
    number out of bounds and for a step that ends its track."""
    if since < clock.today():
        raise RuleBroken(say("The day must be today or later: what was in force before stays"), "since")
    if state.is_end:
        raise RuleBroken(say("Nothing is planned for a step that ends its track"))
    if days != AS_SHIPPED and not FEWEST <= days <= MOST:
        raise RuleBroken(say("From %(low)s to %(high)s days", low=FEWEST, high=MOST), "days")
    before = in_force(rows_of([state.code])[state.code], since)
    keep_setting(KEY + state.code, days, by_id=by.id, by_name=by.name, since=since)
    told: dict[str, Any] = {"key": KEY + state.code, "before": before or state.days, "after": days or state.days}
    record(None, "setting.changed", by=by, since=since.isoformat(), is_shipped=days == AS_SHIPPED, **told)
    db.session.flush()
