"""The outlook of a track, made anew from its plans and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from crm.core.among import among
from crm.core.db import db, lock, writing
from crm.core.journal import parts
from crm.cultivation.models import Track
from crm.cultivation.plan_models import TrackOutlook, TrackPlan, TrackReview
from crm.cultivation.rules.plan import Plan, slippage

DERIVED = tuple(column.name for column in TrackOutlook.__table__.columns if column.name != "track_id")


def plans_of(track_ids: Sequence[int]) -> dict[int, list[TrackPlan]]:
    """The plans of each track in their sequence."""
    found: dict[int, list[TrackPlan]] = {track_id: [] for track_id in track_ids}
    query = select(TrackPlan).where(among(TrackPlan.track_id, track_ids)).order_by(TrackPlan.track_id, TrackPlan.seq)
    for row in db.session.scalars(query) if track_ids else ():
        found[row.track_id].append(row)
    return found


def as_plan(row: TrackPlan) -> Plan:
    return Plan(row.state, row.next_on, row.goal_on, row.goal_class, row.blocker, row.blocked_by)


def remake(track: Track) -> None:
    """After a plan, a review or a step: the row says what they amount to; a track without any has none."""
    should = _should([track]).get(track.id)
    stands = db.session.get(TrackOutlook, track.id)
    if should is None:
        if stands is not None:
            db.session.delete(stands)
    elif stands is None:
        db.session.add(TrackOutlook(track_id=track.id, **should))
    else:
        for name, value in should.items():
            setattr(stands, name, value)
    db.session.flush()


def _should(tracks: Sequence[Track]) -> dict[int, dict[str, Any]]:
    """What the rows of these tracks must say."""
    ids = [track.id for track in tracks]
    plans, reviews = plans_of(ids), _last_reviews(ids)
    found = {}
    for track in tracks:
        if not plans[track.id] and track.id not in reviews:
            continue
        put_off = slippage([as_plan(row) for row in plans[track.id]])
        last = plans[track.id][-1] if plans[track.id] else TrackPlan(goal_class="", blocker="", blocked_by="")
        reviewed_on, review_next_on = reviews.get(track.id, (None, None))
        found[track.id] = {
            "next_on": last.next_on if last.state == track.state else None,
            "goal_on": last.goal_on, "goal_class": last.goal_class, "blocker": last.blocker,
            "blocked_by": last.blocked_by, "slips": put_off.times, "slipped_days": put_off.days,
            "reviewed_on": reviewed_on, "review_next_on": review_next_on,
        }  # fmt: skip
    return found


def _last_reviews(ids: Sequence[int]) -> dict[int, tuple[Any, Any]]:
    if not ids:
        return {}
    last = select(func.max(TrackReview.id)).where(among(TrackReview.track_id, ids)).group_by(TrackReview.track_id)
    rows = db.session.scalars(select(TrackReview).where(TrackReview.id.in_(last)))
    return {row.track_id: (row.reviewed_on, row.next_on) for row in rows}


def wrong() -> list[int]:
    """Ids of tracks whose row does not say what it must."""
    ids = db.session.scalars(select(Track.id).order_by(Track.id)).all()
    return [track_id for some in parts(ids) for track_id in _wrong(some)]


def _wrong(ids: Sequence[int]) -> list[int]:
    tracks = db.session.scalars(select(Track).where(among(Track.id, ids))).all()
    should = _should(tracks)
    rows = db.session.scalars(select(TrackOutlook).where(among(TrackOutlook.track_id, ids)))
    stands = {row.track_id: {name: getattr(row, name) for name in DERIVED} for row in rows}
    return [track_id for track_id in ids if should.get(track_id) != stands.get(track_id)]


def mend() -> int:
    """Make them anew; returns how many were wrong."""
    ids = wrong()
    for track_id in ids:
        with writing():
            track = db.session.get_one(Track, track_id)
            lock(track)
            remake(track)
    return len(ids)
