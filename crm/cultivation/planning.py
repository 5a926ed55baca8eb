"""What is expected of an open track: said once, then changed with a reason."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select

from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.cultivation import outlooks
from crm.cultivation.models import Track
from crm.cultivation.plan_models import TrackPlan
from crm.cultivation.rules.plan import Plan, obstacles
from crm.cultivation.telling import tell_of
from crm.enterprises.models import Enterprise
from crm.timeline import Actor


def plan(track: Track, wanted: Plan, *, seq: int, by: Actor, reason: str = "") -> TrackPlan:
    """Keep a plan; `seq` is its place among the plans that were looked at.

    Raises RuleBroken when the track has ended, when nothing changes, and for a change without a reason.
    """
    hold_open(track)
    before = newest(track.id)
    if seq != (before.seq if before else 0) + 1:
        raise RuleBroken(say("Somebody has changed the plan meanwhile: look at it first"))
    wanted = replace(wanted, state=track.state)
    if broken := obstacles(_still(before, track), wanted, reason):
        raise RuleBroken(broken)
    made = TrackPlan(track_id=track.id, seq=seq, reason=reason.strip(), by_id=by.id, by_name=by.name, **vars(wanted))
    db.session.add(made)
    db.session.flush()
    outlooks.remake(track)
    days = {
        name: day.isoformat() if day else "" for name, day in (("next_on", made.next_on), ("goal_on", made.goal_on))
    }
    more = {"goal_class": made.goal_class, "blocker": made.blocker, "blocked_by": made.blocked_by}
    tell_of(track, "track.planned", ("track_plan", made.id), by, **days, **more, reason=made.reason)
    return made


def _still(before: TrackPlan | None, track: Track) -> Plan | None:
    """The plan that is in force: once a step was taken, nothing is expected of the next one yet."""
    if before is None:
        return None
    plan = outlooks.as_plan(before)
    return plan if before.state == track.state else replace(plan, next_on=None)


def hold_open(track: Track) -> None:
    """Hold the enterprise and the track, which goes on."""
    lock(db.session.get_one(Enterprise, track.enterprise_id))
    lock(track)
    if not track.is_open:
        raise RuleBroken(say("This track has ended"))


def newest(track_id: int) -> TrackPlan | None:
    last = select(func.max(TrackPlan.seq)).where(TrackPlan.track_id == track_id).scalar_subquery()
    return db.session.scalar(select(TrackPlan).where(TrackPlan.track_id == track_id, TrackPlan.seq == last))
