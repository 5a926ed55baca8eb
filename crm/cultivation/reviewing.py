"""Reviewing a track: one line, the day of the next look, and what was decided as a follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.errors import Obstacle, RuleBroken
from crm.core.words import say
from crm.cultivation import outlooks
from crm.cultivation.models import Track
from crm.cultivation.plan_models import TrackReview
from crm.cultivation.planning import hold_open
from crm.cultivation.telling import tell_of
from crm.enterprises.models import Enterprise
from crm.followups import services as followups


@dataclass(frozen=True)
class Decided:
    """What somebody is to do by a day; it becomes a follow-up."""

    text: str
    due_on: date | None
    owner: User | None


def review(
    track: Track, *, remark: str, by: User, next_on: date | None = None, decided: Decided | None = None
) -> TrackReview:
    """Looked at today. Raises RuleBroken for a track that has ended, without words, and for a day gone by."""
    hold_open(track)
    if broken := _obstacles(remark, next_on, decided):
        raise RuleBroken(broken)
    promised = _promise(track, decided, by) if decided else None
    made = TrackReview(
        track_id=track.id, state=track.state, reviewed_on=clock.today(), remark=remark.strip(), next_on=next_on,
        followup_id=promised, by_id=by.id, by_name=by.name,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    outlooks.remake(track)
    told = {"next_on": next_on.isoformat() if next_on else "", "note": made.remark}
    tell_of(track, "track.reviewed", ("track_review", made.id), by, **told)
    return made


def _obstacles(remark: str, next_on: date | None, decided: Decided | None) -> list[Obstacle]:
    found = []
    if not remark.strip():
        found.append(Obstacle("remark", say("Write one line about where it stands")))
    if next_on is not None and next_on <= clock.today():
        found.append(Obstacle("next_on", say("Choose a day to come")))
    if decided is not None and decided.due_on is None:
        found.append(Obstacle("due_on", say("Choose a day for what was decided")))
    if decided is not None and decided.owner is None:
        found.append(Obstacle("owner", say("Nobody serves the enterprise: choose who does it")))
    return found


def _promise(track: Track, decided: Decided, by: User) -> int:
    enterprise = db.session.get_one(Enterprise, track.enterprise_id)
    assert decided.owner is not None and decided.due_on is not None
    made = followups.add(
        enterprise, owner=decided.owner, text=decided.text, due_on=decided.due_on, by=by, origin=("track", track.id)
    )
    return made.id


def reviews_of(track_id: int) -> Select[TrackReview]:
    """The reviews of a track, the last one first."""
    return select(TrackReview).where(TrackReview.track_id == track_id).order_by(TrackReview.id.desc())
