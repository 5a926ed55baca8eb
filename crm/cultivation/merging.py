"""Before two entries of one firm are merged: attempts are numbered through, two that are open exclude each other."""

from __future__ import annotations

from sqlalchemy import select

from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.cultivation.models import Track
from crm.cultivation.queries import tracks_of, waiting_of
from crm.cultivation.words import kind_word
from crm.enterprises.merge_trace import Trace
from crm.enterprises.models import Enterprise


def make_room(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    """Raises RuleBroken when both are on their way on the same kind of track: one of them has to be voided first."""
    for kind in _open_kinds(kept) & _open_kinds(gone):
        raise RuleBroken(
            say("Both entries have an open track or a waiting step: %(kind)s. Settle one first", kind=kind_word(kind))
        )
    last: dict[str, int] = {track.kind: track.attempt for track in db.session.scalars(tracks_of(kept.id))}
    for track in db.session.scalars(tracks_of(gone.id)).all():
        last[track.kind] = last.get(track.kind, 0) + 1
        if track.attempt != last[track.kind]:
            trace.change(Track, track, {"attempt": last[track.kind]})


def _open_kinds(firm: Enterprise) -> set[str]:
    still_open = select(Track.kind).where(Track.enterprise_id == firm.id, Track.is_open)
    return {*db.session.scalars(still_open), *(step.kind for step in db.session.scalars(waiting_of(firm.id)))}
