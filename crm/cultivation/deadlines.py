"""Deadlines of tracks, for every page and reminder that shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import aliased

from crm.core.among import among
from crm.core.db import read
from crm.core.months import months_later
from crm.cultivation.models import Track, TrackSpan
from crm.cultivation.queries import is_known
from crm.cultivation.rules.deadlines import Due, running
from crm.cultivation.rules.history import Step
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Deadline

SLACK = timedelta(days=3)
"""Months differ by so many days."""


def of(track_ids: Collection[int]) -> dict[int, Due]:
    """The clock that runs on each track that has one; two statements, whatever the number.

    A day from which something is possible again is over once a later attempt has begun.
    """
    if not track_ids:
        return {}
    later = aliased(Track)
    followed = select(later.id).where(
        later.enterprise_id == Track.enterprise_id, later.kind == Track.kind, later.attempt > Track.attempt
    )
    columns = (Track.id, Track.kind, Track.state, Track.since_on, Track.is_open, followed.exists().label("followed"))
    tracks = [row for row in read(select(*columns).where(among(Track.id, track_ids))) if row.state and is_known(row)]
    courses = _courses(track_ids)
    found = {row.id: _due(row, courses[row.id]) for row in tracks}
    return {number: due for number, due in found.items() if due is not None}


def of_open(tracks: Sequence[Any]) -> dict[int, Due]:
    """The same of open tracks by rows that tell id, kind and state; one statement. A day from which something is
    possible is none that ends."""
    states = {state for code, words in clocks().items() for state in (code, *words.through)}
    kinds = {row.id: ladder().kinds[row.kind] for row in tracks if row.state in states}
    courses = _courses(kinds)
    known = {
        number: course for number, course in courses.items() if all(s.state in kinds[number].states for s in course)
    }
    found = {number: running(kinds[number], course) for number, course in known.items()}
    return {number: due for number, due in found.items() if due is not None and not due.words.opens}


def ends_by(limit: date) -> ColumnElement[bool]:
    """Open tracks whose clock ends on that day or before it."""
    every = ((code, words) for code, words in clocks().items() if not words.opens)
    return or_(false(), *(_budget_ends(code, words, limit) if words.budget else _clock_ends(code, words, limit)
                          for code, words in every))  # fmt: skip


def _clock_ends(code: str, words: Deadline, limit: date) -> ColumnElement[bool]:
    """As `running`: a later step overtakes the clock unless it runs through that one, which starts none itself."""
    begun, later = aliased(TrackSpan), aliased(TrackSpan)
    through = [state for state in words.through if state not in clocks()]
    overtaken = select(later.id).where(
        later.track_id == begun.track_id, later.seq > begun.seq, later.state.not_in(through)
    )
    runs = select(begun.id).where(
        begun.track_id == Track.id, begun.state == code, begun.from_on <= _last_start(words.months, limit),
        ~overtaken.exists(),
    )  # fmt: skip
    return and_(Track.is_open, Track.state.in_((code, *through)), runs.exists())


def _last_start(months: int, limit: date) -> date:
    """The last day on which a clock may begin that ends by the limit."""
    day = months_later(limit, -months) + SLACK
    while months_later(day, months) > limit:
        day -= timedelta(days=1)
    return day


def _budget_ends(code: str, words: Deadline, limit: date) -> ColumnElement[bool]:
    """The days used up are summed over all stays: reckoned track by track, of the few in this state."""
    there = and_(Track.is_open, Track.state.in_((code, *words.through)))
    found = of_open(read(select(Track.id, Track.kind, Track.state).where(there)).all())
    return and_(there, among(Track.id, [number for number, due in found.items() if due.on <= limit]))


def _due(track: Any, course: list[Step]) -> Due | None:
    kind = ladder().kinds[track.kind]
    if not track.is_open:
        course = [*course, Step(0, track.state, track.since_on)]
    if any(step.state not in kind.states for step in course):
        return None
    due = running(kind, course)
    return None if due and due.words.opens and track.followed else due


def _courses(track_ids: Collection[int]) -> dict[int, list[Step]]:
    """What the spans say of the steps; the one that ended a track leaves none."""
    span = TrackSpan
    query: Any = select(span.track_id, span.seq, span.state, span.from_on).where(among(span.track_id, track_ids))
    found: dict[int, list[Step]] = defaultdict(list)
    rows: Any = read(query.order_by(span.track_id, span.seq))
    for track_id, seq, state, on in rows:
        found[track_id].append(Step(seq, state, on))
    return found


def may_be_due(today: date) -> ColumnElement[bool]:
    """Tracks joined with their spans whose clock may have come to its first reminder: some more, never less."""
    near = or_(false(), *(_clocked(code, words, today) for code, words in clocks().items()))
    return and_(Track.id.in_(_with_a_clock()), near)


def _with_a_clock() -> Select[int]:
    """By their index: those in a state that starts a clock, or through which one runs."""
    other = aliased(Track)
    of_kind: dict[str, set[str]] = defaultdict(set)
    for code, words in clocks().items():
        of_kind[ladder().owner[code].code] |= {code, *words.through}
    there = (and_(other.kind == kind, other.state.in_(sorted(codes))) for kind, codes in of_kind.items())
    return select(other.id).where(or_(false(), *there))


def clocks() -> dict[str, Deadline]:
    """By state."""
    every = (state for kind in ladder().kinds.values() for state in kind.states.values())
    return {state.code: state.deadline for state in every if state.deadline is not None}


def _clocked(code: str, words: Deadline, today: date) -> ColumnElement[bool]:
    begun = today if words.budget else months_later(today, -words.months) + timedelta(max(words.remind, default=0))
    if words.opens:
        return and_(Track.state == code, Track.since_on <= begun + SLACK)
    runs = Track.state.in_((code, *words.through))
    return and_(TrackSpan.state == code, TrackSpan.from_on <= begun + SLACK, runs)
