"""Tracks as the enterprise file shows them: each attempt with its history, what may follow, and the rung."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.core.db import db, read
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.plan_models import TrackOutlook
from crm.cultivation.queries import history, is_known, rows_of, tracks_of, waiting_of
from crm.cultivation.rules.history import CORRECTIONS, Step, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Kind, Ladder, Named, State


@dataclass(frozen=True)
class Line:
    """An event of a track. `step` None: voided, or a correction of the event `row.corrects`."""

    row: TrackEvent
    step: Step | None
    grade: Named | None
    reason: Named | str

    @property
    def is_correction(self) -> bool:
        return self.row.sort in CORRECTIONS

    @property
    def is_void(self) -> bool:
        return self.step is None and not self.is_correction


@dataclass(frozen=True)
class Shown:
    """An attempt; `after` are the steps that may follow, none when it has ended."""

    track: Track
    kind: Kind
    lines: Sequence[Line]
    after: Sequence[State]
    outlook: TrackOutlook | None = None


@dataclass(frozen=True)
class Mark:
    """The present step of a track for the head of a file; `icon` is a kind of badge."""

    icon: str
    kind: Kind
    state: State
    since: Any


def of(enterprise_id: int, *, restricted: bool) -> list[Shown]:
    """All attempts somebody may see, in the order of the ladder, the newest attempt of a kind first. What no file of
    the ladder knows any more waits until one does."""
    order = list(ladder().kinds)
    every = [track for track in db.session.scalars(tracks_of(enterprise_id)) if is_known(track)]
    tracks = [track for track in every if restricted or not track.is_restricted]
    rows, outlooks = rows_of(tracks), _outlooks(enterprise_id)
    tracks.sort(key=lambda track: (order.index(track.kind), -track.attempt))
    return [_shown(track, rows[track.id], outlooks.get(track.id)) for track in tracks if rows[track.id]]


def _outlooks(enterprise_id: int) -> dict[int, TrackOutlook]:
    of_firm = select(Track.id).where(Track.enterprise_id == enterprise_id)
    rows = db.session.scalars(select(TrackOutlook).where(TrackOutlook.track_id.in_(of_firm)))
    return {row.track_id: row for row in rows}


def waiting(enterprise_id: int, shown: Sequence[Shown], *, restricted: bool) -> list[TrackProposal]:
    public = {(each.track.kind, each.track.attempt) for each in shown if not each.track.is_restricted}
    return [
        row
        for row in db.session.scalars(waiting_of(enterprise_id))
        if row.kind in ladder().kinds
        and (restricted or (row.kind, row.attempt) in public or not ladder().kinds[row.kind].is_confidential)
    ]


def beginnings(shown: Sequence[Shown], *, restricted: bool) -> list[Kind]:
    """Kinds on which a new attempt may begin."""
    still_open = {each.kind.code for each in shown if each.track.is_open}
    known = ladder().kinds.values()
    return [kind for kind in known if kind.code not in still_open and (restricted or not kind.is_confidential)]


def marks(enterprise_id: int, *, restricted: bool) -> list[Mark]:
    """One per kind of track, its last attempt: quoted or listed, on the way, or ended."""
    columns = (Track.kind, Track.state, Track.since_on, Track.is_open)
    query = select(*columns).where(Track.enterprise_id == enterprise_id, Track.state != "")
    if not restricted:
        query = query.where(Track.is_restricted.is_(False))
    last = {row.kind: row for row in read(query.order_by(Track.kind, Track.attempt)) if is_known(row)}
    return [_mark(kind, last[kind.code]) for kind in ladder().kinds.values() if kind.code in last]


def rung(found: Iterable[Mark]) -> Named | None:
    """The highest rung of the tracks that have not ended; None without any."""
    reached = {mark.state.rung for mark in found if not mark.state.is_end}
    return next((each for each in reversed(ladder().rungs) if each.code in reached), None)


def _mark(kind: Kind, row: Any) -> Mark:
    state = kind.states[row.state]
    icon = "done" if state.is_end else "good" if state.figure else "soon"
    return Mark(icon, kind, state, row.since_on)


def _shown(track: Track, rows: Sequence[TrackEvent], outlook: TrackOutlook | None) -> Shown:
    kind, course = ladder().kinds[track.kind], steps(history(rows))
    standing = {step.seq: step for step in course}
    lines = [_line(ladder(), kind, row, standing.get(row.seq)) for row in reversed(rows)]
    codes = kind.states[track.state].next if track.state else kind.starts
    return Shown(track, kind, lines, [kind.states[code] for code in codes], outlook)


def _line(known: Ladder, kind: Kind, row: TrackEvent, step: Step | None) -> Line:
    grade = next((each for each in known.grades if each.code == row.grade), None)
    state = kind.states.get(row.state)
    reason: Named | str = row.reason
    if state is not None:
        reason = next((each for each in state.reasons if each.code == row.reason), row.reason)
    return Line(row, step, grade, reason)
