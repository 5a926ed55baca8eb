"""Entries of the record about tracks: restricted as long as the track is."""

from __future__ import annotations

from typing import Any

from crm.core.db import db
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.queries import tracks_of
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Guard
from crm.timeline import Actor, Level, record


def told_guard(guard: Guard) -> dict[str, str]:
    """A condition that does not hold, as an event keeps it: the words outlive the file."""
    return {"needs": guard.needs, "zh": guard.zh, "en": guard.en}


def tell(track: Track, kind: str, event: TrackEvent, by: Actor, *, is_restricted: bool = False, **more: Any) -> None:
    """`is_restricted` where the track was before the act, though it is not now."""
    level = Level.RESTRICTED if track.is_restricted or is_restricted else Level.INTERNAL
    told: dict[str, Any] = {
        "track": track.kind,
        "attempt": track.attempt,
        "state": event.state,
        "board": event.board,
        "on": event.happened_on.isoformat() if event.happened_on else "",
        "document_no": event.document_no,
        "note": event.note,
    }
    subject = ("track_event", event.id)
    record(track.enterprise_id, kind, by=by, subject=subject, level=level, **{**told, **more})


def tell_of(track: Track, kind: str, subject: tuple[str, int], by: Actor, **told: Any) -> None:
    """About a track as it is, without a step."""
    level = Level.RESTRICTED if track.is_restricted else Level.INTERNAL
    body = {"track": track.kind, "attempt": track.attempt, "state": track.state, **told}
    record(track.enterprise_id, kind, by=by, subject=subject, level=level, **body)


def tell_paper(step: TrackEvent | TrackProposal, kind: str, what: str, name: str, by: Actor) -> None:
    """A file came or went; its name may say more than the track does, so it shares its level."""
    if isinstance(step, TrackProposal):
        tell_proposed(step, kind, by, what=what, name=name)
    else:
        tell(db.session.get_one(Track, step.track_id), kind, step, by, what=what, name=name)


def tell_proposed(proposal: TrackProposal, kind: str, by: Actor, **more: str) -> None:
    """Restricted by the attempt it belongs to, whatever came after that."""
    tracks = tracks_of(proposal.enterprise_id).where(Track.kind == proposal.kind)
    track = db.session.scalar(tracks.where(Track.attempt == proposal.attempt))
    is_plan = track.is_restricted if track is not None else ladder().kinds[proposal.kind].is_confidential
    told: dict[str, Any] = {
        "track": proposal.kind,
        "state": proposal.state,
        "on": proposal.happened_on.isoformat(),
        "board": proposal.board,
        "document_no": proposal.document_no,
        "note": proposal.note,
    }
    level, subject = Level.RESTRICTED if is_plan else Level.INTERNAL, ("track_proposal", proposal.id)
    record(proposal.enterprise_id, kind, by=by, subject=subject, level=level, **{**told, **more})
