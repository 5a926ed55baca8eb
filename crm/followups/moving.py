"""Promises follow what they were made on: moved to another firm with it, cancelled with it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update

from crm.core import clock
from crm.core.db import db, lock
from crm.enterprises.models import Enterprise
from crm.followups import services
from crm.followups.models import Followup, FollowupState
from crm.timeline import Actor


def _born_of(kind: str, origin: int) -> ColumnElement[bool]:
    return (Followup.origin_kind == kind) & (Followup.origin_id == origin)


def move_born_of(kind: str, origin_id: int, *, before: Enterprise, to: Enterprise) -> int:
    """All of them, open or done; returns how many. The caller holds both firms."""
    for firm in sorted((before, to), key=lambda firm: firm.id):
        lock(firm)
    moved = list(db.session.scalars(select(Followup.id).where(_born_of(kind, origin_id))))
    if moved:
        change = update(Followup).where(Followup.id.in_(moved)).values(enterprise_id=to.id, updated_at=clock.now())
        db.session.execute(change)
        services.recount_each([before.id, to.id])
    return len(moved)


def cancel_born_of(kind: str, origin_id: int, *, reason: str, by: Actor) -> int:
    """The open ones, with this reason; returns how many."""
    query = select(Followup).where(_born_of(kind, origin_id), Followup.state == FollowupState.OPEN)
    found = db.session.scalars(query.order_by(Followup.id)).all()
    for followup in found:
        services.cancel(followup, reason=reason, by=by)
    return len(found)
