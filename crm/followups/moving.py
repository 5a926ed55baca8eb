"""Promises follow what they were made on: moved to another firm with it, cancelled with it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.followups import services
from crm.followups.models import Followup, FollowupState
from crm.timeline import Actor


def _born_of(kind: str, origin: int) -> ColumnElement[bool]:
    return (Followup.origin_kind == kind) & (Followup.origin_id == origin)


def move_born_of(kind: str, origin_id: int, *, before: Enterprise, to: Enterprise, reason: str, by: User) -> int:
    """All of them, open or done; returns how many. The caller holds both firms. What the firm asks for is seen to by
    whoever serves the one it came to."""
    for firm in sorted((before, to), key=lambda firm: firm.id):
        lock(firm)
    moved = list(db.session.scalars(select(Followup.id).where(_born_of(kind, origin_id))))
    if moved:
        change = update(Followup).where(Followup.id.in_(moved)).values(enterprise_id=to.id, updated_at=clock.now())
        db.session.execute(change)
        services.recount_each([before.id, to.id])
        _pass_on_requests(moved, to, reason, by)
    return len(moved)


def _pass_on_requests(moved: Sequence[int], to: Enterprise, reason: str, by: User) -> None:
    serving = commissioner_of(to.id)
    if serving is None:
        return
    asked = (Followup.id.in_(moved), Followup.kind == "request", Followup.owner_id != serving.commissioner_id)
    query = select(Followup).where(*asked, Followup.state == FollowupState.OPEN).order_by(Followup.id)
    for followup in db.session.scalars(query.execution_options(populate_existing=True)).all():
        services.give(followup, serving.commissioner, version=followup.version, reason=reason, by=by)


def cancel_born_of(kind: str, origin_id: int, *, reason: str, by: Actor) -> int:
    """The open ones, with this reason; returns how many."""
    query = select(Followup).where(_born_of(kind, origin_id), Followup.state == FollowupState.OPEN)
    found = db.session.scalars(query.order_by(Followup.id)).all()
    for followup in found:
        services.cancel(followup, reason=reason, by=by)
    return len(found)
