"""A planned visit gets another day or time; what was planned before stays on the timeline."""

from __future__ import annotations

from datetime import date, time

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.timeline import record
from crm.visits import rules
from crm.visits.models import Visit, VisitState


def replan(visit: Visit, *, version: int, on: date, at: time | None, reason: str, by: User) -> None:
    """Raises Stale when the plan was changed since `version`, was carried out or called off meanwhile."""
    lock(visit.enterprise)
    lock(visit)
    if visit.state != VisitState.PLANNED or visit.version != version:
        raise Stale(visit)
    if broken := rules.day_obstacles(on=on, today=clock.today()):
        raise RuleBroken(broken)
    if (on, at) == (visit.visited_on, visit.at_time):
        raise RuleBroken(say("It is planned for this day and time already"), "on")
    before, visit.visited_on, visit.at_time = moment(visit.visited_on, visit.at_time), on, at
    visit.version += 1
    db.session.flush()
    record(
        visit.enterprise_id, "visit.replanned", by=by, subject=("visit", visit.id), on=moment(on, at), before=before,
        reason=reason,
    )  # fmt: skip


def moment(on: date, at: time | None) -> str:
    return f"{on.isoformat()} {at:%H:%M}" if at else on.isoformat()
