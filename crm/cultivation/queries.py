"""Tracks somebody may see, and the histories the rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from crm.accounts.models import Post, User
from crm.core import clock
from crm.core.db import db
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.rules.gates import Course, Firm
from crm.cultivation.rules.history import Event, steps
from crm.cultivation.rules.ladder import ladder
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import EVERYWHERE, may, of_visible, within
from crm.permissions import WHO_MAY, Permission


def seen_by(user: User) -> ColumnElement[bool]:
    """Tracks of enterprises this user may see; the restricted ones only where he has the right."""
    return _seen(within(user, Permission.ENTERPRISE_VIEW), within(user, Permission.TRACK_RESTRICTED))


@lru_cache(maxsize=512)
def _seen(visible: ColumnElement[bool], plans: ColumnElement[bool]) -> ColumnElement[bool]:
    """One object for people of equal reach: statements made with it are kept."""
    return and_(_of(visible), or_(Track.is_restricted.is_(False), _of(plans)))


def _of(firms: ColumnElement[bool]) -> ColumnElement[bool]:
    return firms if firms is EVERYWHERE else Track.enterprise_id.in_(select(Enterprise.id).where(firms))


def seen_beside(user: User) -> ColumnElement[bool]:
    """The same for statements that join the enterprise: few rows are asked one by one, not all firms gathered first."""
    plans = or_(Track.is_restricted.is_(False), within(user, Permission.TRACK_RESTRICTED))
    return and_(within(user, Permission.ENTERPRISE_VIEW), plans)


def proposals_seen_by(user: User) -> ColumnElement[bool]:
    """Steps that wait, of tracks this user may see; what is not public yet only where he has the right."""
    restricted = of_visible(TrackProposal, user, Permission.TRACK_RESTRICTED)
    return and_(of_visible(TrackProposal, user), or_(_is_public(), restricted))


def proposals_seen_beside(user: User) -> ColumnElement[bool]:
    """The same for statements that join the enterprise."""
    plans = or_(_is_public(), within(user, Permission.TRACK_RESTRICTED))
    return and_(within(user, Permission.ENTERPRISE_VIEW), plans)


def _is_public() -> ColumnElement[bool]:
    """Of a waiting step: its kind has no plans, or its track has been in a public step."""
    confidential = [kind.code for kind in ladder().kinds.values() if kind.is_confidential]
    track = aliased(Track)
    public = select(track.id).where(
        track.enterprise_id == TrackProposal.enterprise_id,
        track.kind == TrackProposal.kind,
        track.attempt == TrackProposal.attempt,
        track.is_restricted.is_(False),
    )
    return or_(TrackProposal.kind.not_in(confidential), public.exists())


def tracks_of(enterprise_id: int) -> Select[Track]:
    """All attempts of an enterprise by kind, the first attempt first."""
    return select(Track).where(Track.enterprise_id == enterprise_id).order_by(Track.kind, Track.attempt)


def waiting_of(enterprise_id: int) -> Select[TrackProposal]:
    query = select(TrackProposal).where(TrackProposal.enterprise_id == enterprise_id)
    return query.where(TrackProposal.outcome == "waiting").order_by(TrackProposal.id)


def rows_of(tracks: Iterable[Track]) -> dict[int, list[TrackEvent]]:
    """The events of each track in their sequence."""
    found: dict[int, list[TrackEvent]] = {track.id: [] for track in tracks}
    query = select(TrackEvent).where(TrackEvent.track_id.in_(found)).order_by(TrackEvent.track_id, TrackEvent.seq)
    for row in db.session.scalars(query) if found else ():
        found[row.track_id].append(row)
    return found


def history(rows: Sequence[TrackEvent]) -> list[Event]:
    """Rows as the rules know them."""
    return [Event(row.seq, row.sort, row.state, row.happened_on, row.board, row.reason, row.corrects) for row in rows]


def firm_of(enterprise: Enterprise) -> Firm:
    """What conditions look at: the name, and all attempts as they stand; not those that no file knows any more."""
    tracks = [track for track in db.session.scalars(tracks_of(enterprise.id)) if is_known(track)]
    rows = rows_of(tracks)
    courses = (Course(t.kind, t.attempt, steps(history(rows[t.id])), len(rows[t.id])) for t in tracks)
    return Firm(enterprise.name, tuple(courses))


def others_who_confirm(enterprise: Enterprise, than: int) -> bool:
    """Whether somebody else with access may confirm steps of this enterprise."""
    roles, today = list(WHO_MAY[Permission.TRACK_CONFIRM]), clock.today()
    holds = (Post.role.in_(roles), Post.since <= today, or_(Post.until.is_(None), Post.until > today))
    with_posts = select(Post.user_id).where(*holds)
    query = select(User).where(User.active.is_(True), User.id != than, User.password_hash.is_not(None))
    query = query.where(User.id.in_(with_posts))
    return any(may(other, Permission.TRACK_CONFIRM, enterprise) for other in db.session.scalars(query))


def is_known(track: Any, state: str | None = None) -> bool:
    """Does the ladder have its kind, and the step it is in or another `state`?"""
    kind, state = ladder().kinds.get(track.kind), track.state if state is None else state
    return kind is not None and (not state or state in kind.states)
