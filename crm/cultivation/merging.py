"""Before two entries of one firm are merged: attempts are numbered through, those that overlap exclude each other."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from crm.core import clock
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.cultivation import courses
from crm.cultivation.models import Track, TrackProposal, TrackSpan
from crm.cultivation.queries import is_known, tracks_of, waiting_of
from crm.cultivation.words import kind_word
from crm.cultivation.yearly_models import ListMember
from crm.enterprises.merge_clashes import MERGED
from crm.enterprises.merge_trace import Trace
from crm.enterprises.models import Enterprise


def make_room(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    """Raises RuleBroken when both are on their way on the same kind of track: one of them has to be voided first."""
    for kind in _open_kinds(kept) & _open_kinds(gone):
        raise RuleBroken(
            say("Both entries have an open track or a waiting step: %(kind)s. Settle one first", kind=kind_word(kind))
        )
    last: dict[str, int] = {track.kind: track.attempt for track in db.session.scalars(tracks_of(kept.id))}
    _refuse_overlap(kept, gone)
    moved: list[tuple[Any, Any]] = [(Track, track) for track in db.session.scalars(tracks_of(gone.id))]
    moved += [(TrackProposal, step) for step in db.session.scalars(_steps_of(gone.id))]
    for model, row in sorted(moved, key=lambda each: each[1].attempt, reverse=True):
        if before := last.get(row.kind, 0):
            trace.change(model, row, {"attempt": before + row.attempt})
    _leave_lists(trace, kept, gone)


def _steps_of(enterprise_id: int) -> Select[TrackProposal]:
    """Those that wait and those that were decided: each belongs to its attempt."""
    return select(TrackProposal).where(TrackProposal.enterprise_id == enterprise_id).order_by(TrackProposal.id)


def _leave_lists(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    """A firm is on a list once: where both are, the entry that goes leaves it."""
    mine = _lists_of(kept)
    for list_id, member in _lists_of(gone).items():
        if list_id in mine:
            until = max(clock.today(), member.from_on)
            trace.change(ListMember, member, {"until_on": until, "exit_reason": MERGED})


def _lists_of(firm: Enterprise) -> dict[int, ListMember]:
    still = select(ListMember).where(ListMember.enterprise_id == firm.id, ListMember.until_on.is_(None))
    return {member.list_id: member for member in db.session.scalars(still)}


def make_anew(firm: Enterprise) -> None:
    """After a merge was taken back: what stands beside the events of a track that had gone on meanwhile."""
    for track in db.session.scalars(tracks_of(firm.id)).all():
        if is_known(track):
            courses.rebuild(track)


def _refuse_overlap(kept: Enterprise, gone: Enterprise) -> None:
    """The attempts of the entry that goes are numbered after those of the other, so they must be the later ones."""
    still = func.coalesce(TrackSpan.until_on, date.max)
    first, last = _days(gone, func.min(TrackSpan.from_on)), _days(kept, func.max(still))
    for kind in first.keys() & last.keys():
        if first[kind] < last[kind]:
            told = say("The tracks of both entries overlap: %(kind)s. Void the wrong one first", kind=kind_word(kind))
            raise RuleBroken(told)


def _days(firm: Enterprise, day: Any) -> dict[str, date]:
    query = select(TrackSpan.kind, day).where(TrackSpan.enterprise_id == firm.id).group_by(TrackSpan.kind)
    return dict(map(tuple, db.session.execute(query)))


def _open_kinds(firm: Enterprise) -> set[str]:
    still_open = select(Track.kind).where(Track.enterprise_id == firm.id, Track.is_open)
    return {*db.session.scalars(still_open), *(step.kind for step in db.session.scalars(waiting_of(firm.id)))}
