"""Tracks as the enterprise file shows them: each attempt with its history, what may follow, and the rung."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from crm.core import clock
from crm.core.db import db, read
from crm.cultivation import gaps, papers
from crm.cultivation.gaps import Barrier
from crm.cultivation.models import Track, TrackEvent, TrackProposal, TrackSpan
from crm.cultivation.paper_models import TrackPaper
from crm.cultivation.plan_models import EnterpriseRung, TrackOutlook
from crm.cultivation.queries import history, is_known, rows_of, tracks_of, waiting_of
from crm.cultivation.rules.deadlines import Due, running
from crm.cultivation.rules.gates import Course, Firm
from crm.cultivation.rules.history import CORRECTIONS, Step, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import is_stalled
from crm.cultivation.rules.states import Kind, Ladder, Named, Paper, State
from crm.cultivation.step_days import days_of, own
from crm.enterprises.models import Enterprise

Papers = Mapping[int, Sequence[TrackPaper]]
"""By event."""


@dataclass(frozen=True)
class Line:
    """An event of a track. `step` None: voided, or a correction of the event `row.corrects`."""

    row: TrackEvent
    step: Step | None
    state: State | None
    grade: Named | None
    reason: Named | str
    papers: Sequence[TrackPaper]

    @property
    def is_correction(self) -> bool:
        return self.row.sort in CORRECTIONS

    @property
    def is_void(self) -> bool:
        return self.step is None and not self.is_correction


@dataclass(frozen=True)
class Shown:
    """An attempt; `after` are the steps that may follow, none when it has ended. `lacking` are papers of the step it is
    in, the event with the number `at`; `barriers` keep it from what may follow."""

    track: Track
    kind: Kind
    lines: Sequence[Line]
    after: Sequence[State]
    at: int
    lacking: Sequence[Paper]
    barriers: Sequence[Barrier]
    due: Due | None
    planned_days: int | None
    is_stalled: bool
    outlook: TrackOutlook | None = None


@dataclass(frozen=True)
class Mark:
    """The present step of a track for the head of a file; `icon` is a kind of badge, `since` the day it was reached,
    of a quotation or listing its first."""

    icon: str
    kind: Kind
    state: State
    since: Any
    blocker: str = ""


def of(enterprise_id: int, *, restricted: bool) -> list[Shown]:
    """All attempts somebody may see, in the order of the ladder, the newest attempt of a kind first. What no file of
    the ladder knows any more waits until one does."""
    order = list(ladder().kinds)
    every = [track for track in db.session.scalars(tracks_of(enterprise_id)) if is_known(track)]
    tracks = [track for track in every if restricted or not track.is_restricted]
    rows, beside = rows_of(tracks), _beside(enterprise_id)
    there = papers.of_events([row.id for track in tracks for row in rows[track.id]])
    firm = _firm(enterprise_id, tracks, rows)
    tracks.sort(key=lambda track: (order.index(track.kind), -track.attempt))
    return [
        replace(_shown(track, rows[track.id], there, firm, beside[track.id].own_days), outlook=beside[track.id][2])
        for track in tracks
        if rows[track.id]
    ]


def _beside(enterprise_id: int) -> dict[int, Any]:
    """By track: its id, the days that the bureau has planned for its step, its outlook."""
    query = select(Track.id, own().label("own_days"), TrackOutlook)
    query = query.outerjoin(TrackOutlook, TrackOutlook.track_id == Track.id)
    return {row.id: row for row in db.session.execute(query.where(Track.enterprise_id == enterprise_id))}


def _firm(enterprise_id: int, tracks: Sequence[Track], rows: Mapping[int, Sequence[TrackEvent]]) -> Firm:
    """As its reader knows it: what is lacking must not tell of a plan he may not see."""
    courses = (Course(t.kind, t.attempt, steps(history(rows[t.id])), len(rows[t.id])) for t in tracks)
    return Firm(db.session.get_one(Enterprise, enterprise_id).name, tuple(courses))


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


def standing(enterprise_id: int, *, restricted: bool) -> tuple[list[Mark], Named | None]:
    """One mark per kind of track, its last attempt: quoted or listed, on the way, or ended; and the rung over all."""
    rows = read(_present(restricted), {"firm": enterprise_id}).all()
    last = {row.kind: row for row in rows if row.kind is not None and is_known(row)}
    marks = [_mark(kind, last[kind.code]) for kind in ladder().kinds.values() if kind.code in last]
    code = rows[0].rung if rows else ""
    return marks, next((each for each in ladder().rungs if each.code == code), None)


@cache
def _present(restricted: bool) -> Select[*tuple[Any, ...]]:
    """Built once: where the attempts of `firm` stand, and its rung; one row for a firm without any."""
    arrived = select(func.min(TrackSpan.from_on)).where(TrackSpan.track_id == Track.id, TrackSpan.figure != "")
    rung = EnterpriseRung.rung if restricted else EnterpriseRung.public_rung
    columns = (Track.kind, Track.state, Track.since_on, TrackOutlook.blocker, rung.label("rung"))
    seen = and_(Track.enterprise_id == Enterprise.id, Track.state != "")
    if not restricted:
        seen = and_(seen, Track.is_restricted.is_(False))
    query = select(*columns, arrived.scalar_subquery().label("arrived_on")).select_from(Enterprise)
    query = query.outerjoin(Track, seen).outerjoin(TrackOutlook, TrackOutlook.track_id == Track.id)
    query = query.outerjoin(EnterpriseRung, EnterpriseRung.enterprise_id == Enterprise.id)
    return query.where(Enterprise.id == bindparam("firm")).order_by(Track.kind, Track.attempt)


def _mark(kind: Kind, row: Any) -> Mark:
    state = kind.states[row.state]
    icon = "done" if state.is_end else "good" if state.figure else "soon"
    since = row.arrived_on if state.figure and row.arrived_on else row.since_on
    return Mark(icon, kind, state, since, row.blocker or "")


def _shown(
    track: Track, rows: Sequence[TrackEvent], there: Papers, firm: Firm, own_days: int | None
) -> Shown:  # fmt: skip
    kind, course, today = ladder().kinds[track.kind], steps(history(rows)), clock.today()
    standing = {step.seq: step for step in course}
    lines = [_line(ladder(), kind, row, standing.get(row.seq), there.get(row.id, ())) for row in reversed(rows)]
    last = course[-1] if course else None
    codes = kind.states[last.state].next if last else kind.starts
    after = [kind.states[code] for code in codes]
    row = rows[last.seq - 1] if last else None
    state = kind.states[last.state] if last else None
    lacking = (
        gaps.lacking(state, row.document_no, there.get(row.id, ()))
        if state and row and last and not last.is_baseline
        else []
    )
    barriers = gaps.barriers(firm, kind, track.attempt, after, today) if track.is_open else []
    planned = days_of(state, own_days) if state else None
    is_late = bool(last and track.is_open and is_stalled(planned, last.on, today))
    at = last.seq if last else 0
    return Shown(track, kind, lines, after, at, lacking, barriers, running(kind, course), planned, is_late)


def _line(known: Ladder, kind: Kind, row: TrackEvent, step: Step | None, there: Sequence[TrackPaper]) -> Line:
    grade = next((each for each in known.grades if each.code == row.grade), None)
    state = kind.states.get(row.state)
    reason: Named | str = row.reason
    if state is not None:
        reason = next((each for each in state.reasons if each.code == row.reason), row.reason)
    return Line(row, step, state, grade, reason, there)
