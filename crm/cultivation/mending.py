"""Tracks whose columns or spans are not what their events amount to; made anew, each in an act of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from crm.core.among import among
from crm.core.db import db, lock, one_picture, writing
from crm.core.journal import parts
from crm.cultivation import courses
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.queries import history, is_known
from crm.cultivation.rules.history import board_of, is_open, is_restricted, steps
from crm.cultivation.rules.ladder import ladder
from crm.enterprises.models import Enterprise

REPEATED = ("state", "board", "since_on", "is_open", "is_restricted", "last_seq")


def wrong() -> list[int]:
    """Ids of tracks that disagree with their events; kinds that no file knows any more are left alone."""
    ids = db.session.scalars(select(Track.id).where(Track.kind.in_(ladder().kinds)).order_by(Track.id)).all()
    found: list[int] = []
    for some in parts(ids):
        with one_picture():
            found += _wrong(some)
    return found


def mend() -> int:
    """Make them anew; returns how many were wrong."""
    ids = wrong()
    for track_id in ids:
        with writing():
            track = db.session.get_one(Track, track_id)
            lock(db.session.get_one(Enterprise, track.enterprise_id))
            lock(track)
            courses.rebuild(track)
    return len(ids)


def _wrong(ids: Sequence[int]) -> Iterator[int]:
    tracks = {track.id: track for track in db.session.scalars(select(Track).where(among(Track.id, ids)))}
    events, kept = _grouped(TrackEvent, ids), _grouped(TrackSpan, ids)
    for track_id, track in tracks.items():
        if not is_known(track) or not all(is_known(track, row.state) for row in events[track_id]):
            continue  # steps of a ladder whose file is gone: nothing to compare them with
        kind, course = ladder().kinds[track.kind], steps(history(events[track_id]))
        last = course[-1] if course else None
        should = (
            last.state if last else "", board_of(course), last.on if last else None, is_open(kind, course),
            is_restricted(kind, course), len(events[track_id]),
        )  # fmt: skip
        spans = courses.span_rows(track.enterprise_id, track_id, kind, course)
        stands = [{name: getattr(row, name) for name in span} for row, span in zip(kept[track_id], spans, strict=False)]
        is_same = tuple(getattr(track, name) for name in REPEATED) == should
        if not is_same or len(kept[track_id]) != len(spans) or stands != spans:
            yield track_id


def _grouped(model: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Rows by track in their sequence."""
    found: dict[int, list[Any]] = {track_id: [] for track_id in ids}
    query = select(model).where(among(model.track_id, ids)).order_by(model.track_id, model.seq)
    for row in db.session.scalars(query):
        found[row.track_id].append(row)
    return found
