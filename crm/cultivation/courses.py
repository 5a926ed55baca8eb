"""A track in the database: its next event, and everything that repeats its events made anew."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import aliased

from crm.core.db import db
from crm.core.errors import Obstacle, RuleBroken
from crm.core.words import say
from crm.cultivation import outlooks, rungs
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.queries import history, rows_of, tracks_of
from crm.cultivation.rules.history import Sort, Step, board_of, is_open, is_restricted, spans, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Kind
from crm.enterprises.models import Enterprise
from crm.timeline import Actor


def current(enterprise_id: int, kind: str) -> Track | None:
    """The attempt that goes on: the open one, or one whose events were all voided."""
    query = tracks_of(enterprise_id).where(Track.kind == kind)
    return next((t for t in db.session.scalars(query) if t.is_open or not t.state), None)


def begin(enterprise_id: int, kind: str) -> Track:
    """The attempt to which the next event belongs; a new one after those that ended."""
    if (going_on := current(enterprise_id, kind)) is not None:
        return going_on
    last = db.session.scalars(tracks_of(enterprise_id).where(Track.kind == kind)).all()
    is_confidential = ladder().kinds[kind].is_confidential
    made = Track(
        enterprise_id=enterprise_id,
        kind=kind,
        attempt=last[-1].attempt + 1 if last else 1,
        is_restricted=is_confidential,
    )
    db.session.add(made)
    db.session.flush()
    return made


def append(track: Track, sort: Sort, **values: Any) -> TrackEvent:
    """The next event of a track, and all that follows from it. The caller has asked the rules."""
    kind = ladder().kinds[track.kind]
    made = TrackEvent(track_id=track.id, seq=track.last_seq + 1, sort=sort, ladder=kind.version, **values)
    db.session.add(made)
    db.session.flush()
    rebuild(track)
    return made


def people(proposed: Actor, confirmed: Actor | None) -> dict[str, Any]:
    """Who stands beside an event."""
    return {
        "proposed_by_id": proposed.id,
        "proposed_by_name": proposed.name,
        "confirmed_by_id": confirmed.id if confirmed else None,
        "confirmed_by_name": confirmed.name if confirmed else "",
    }


def rebuild(track: Track) -> None:
    """State, board, restriction and spans, from the events alone; outlook and rung follow."""
    kind, rows = ladder().kinds[track.kind], rows_of([track])[track.id]
    course = steps(history(rows))
    track.last_seq = len(rows)
    track.state = course[-1].state if course else ""
    track.since_on = course[-1].on if course else None
    track.board = board_of(course)
    track.is_open = is_open(kind, course)
    track.is_restricted = is_restricted(kind, course)
    db.session.execute(delete(TrackSpan).where(TrackSpan.track_id == track.id))
    db.session.add_all(TrackSpan(**row) for row in span_rows(track.enterprise_id, track.id, kind, course))
    db.session.flush()
    outlooks.remake(track)
    rungs.remake([track.enterprise_id])


def span_rows(enterprise_id: int, track_id: int, kind: Kind, course: tuple[Step, ...]) -> list[dict[str, Any]]:
    of_track = {"track_id": track_id, "enterprise_id": enterprise_id, "kind": kind.code}
    return [{**of_track, **vars(span)} for span in spans(kind, course)]


def refuse_disorder(enterprise: Enterprise, kinds: set[str]) -> None:
    """Attempts of a kind follow each other: one open at most, each begun when the one before had ended."""
    for kind in kinds:
        tracks = db.session.scalars(tracks_of(enterprise.id).where(Track.kind == kind)).all()
        rows = rows_of(tracks)
        courses = [course for t in tracks if (course := steps(history(rows[t.id])))]
        for before, after in pairwise(courses):
            if is_open(ladder().kinds[kind], before):
                raise RuleBroken(say("A later attempt has begun: this one cannot be open again"))
            if after[0].on < before[-1].on:
                words = say("The day lies before %(day)s, the step before it", day=before[-1].on)
                raise RuleBroken([Obstacle("on", words)])


def brought_along_by(event: TrackEvent) -> list[TrackEvent]:
    """Events that this one or a correction of it caused on other tracks."""
    cause = aliased(TrackEvent)
    own = or_(cause.id == event.id, and_(cause.track_id == event.track_id, cause.corrects == event.seq))
    query = select(TrackEvent).join(cause, cause.id == TrackEvent.caused_by_id).where(own)
    return list(db.session.scalars(query.order_by(TrackEvent.id)))
