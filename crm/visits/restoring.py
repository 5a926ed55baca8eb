"""A visit that was voided by mistake stands again: for thirty days, by whoever may void it."""

from __future__ import annotations

from datetime import datetime, timedelta

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.enterprises import queries as enterprises
from crm.permissions import Permission
from crm.timeline import record
from crm.visits import derived, queries, rules
from crm.visits.models import Visit, VisitState

KEPT = timedelta(days=30)


def can_restore(visit: Visit) -> bool:
    return visit.voided_at is not None and clock.now() - visit.voided_at <= KEPT


def may_restore(user: User, visit: Visit) -> bool:
    """As for voiding it: its author for five working days (a plan of his own always), then a manager."""
    if visit.state != VisitState.VOIDED:
        return False
    is_in_time = _was_planned(visit) or queries.working_days_since_entry(visit) <= rules.AMEND_DAYS
    return (queries.is_own(user, visit) and is_in_time) or enterprises.may(
        user, Permission.VISIT_AMEND, visit.enterprise
    )


def restore(visit: Visit, *, by: User) -> datetime:
    """It counts again as before. Returns when it had been voided: what ended with it is younger than that.

    Raises Stale when it is not void any more, RuleBroken when that was more than thirty days ago.
    """
    lock(visit.enterprise)
    lock(visit)
    if visit.voided_at is None:
        raise Stale(visit)
    if not can_restore(visit):
        raise RuleBroken(say("It was voided more than 30 days ago and stays void: write the visit down anew"))
    since, reason = visit.voided_at, visit.void_reason
    visit.state = VisitState.PLANNED if _was_planned(visit) else VisitState.DONE
    visit.voided_at, visit.void_reason, visit.version = None, "", visit.version + 1
    db.session.flush()
    derived.fall_back([visit.enterprise_id])
    on = visit.visited_on.isoformat()
    record(visit.enterprise_id, "visit.restored", by=by, subject=("visit", visit.id), on=on, was=reason)
    return since


def _was_planned(visit: Visit) -> bool:
    """Only a visit that took place says whom one met, or that nobody was there."""
    return not (visit.met or visit.is_not_met)
