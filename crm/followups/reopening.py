"""Done by mistake: within a day it is open again. Ended with a visit that stands again: open with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.enterprises.models import Standing
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import Assignment
from crm.followups import services
from crm.followups.models import Followup, FollowupState

UNDO_WITHIN = timedelta(hours=24)


def reopen_with(kind: str, origin_id: int, *, since: datetime, by: User) -> int:
    """What ended together with its origin, at `since` or after, is open again; returns how many. The caller holds the
    firm. At a firm that has left nothing can be open. Who handed the firm over meanwhile does not get it back."""
    born = (Followup.origin_kind == kind, Followup.origin_id == origin_id)
    ended = select(Followup).where(*born, Followup.state == FollowupState.CANCELLED, Followup.closed_at >= since)
    found = [each for each in db.session.scalars(ended.order_by(Followup.id)) if _is_here(each)]
    for followup in found:
        lock(followup)
        _open(followup)
        followup.owner_id = _owner_now(followup, since)
        db.session.flush()
        services.recount(followup.enterprise_id)
        services.tell(followup, "reopened", by)
    return len(found)


def _is_here(followup: Followup) -> bool:
    return followup.enterprise.standing == Standing.ACTIVE


def _owner_now(followup: Followup, since: datetime) -> int | None:
    serving, owner = commissioner_of(followup.enterprise_id), followup.owner
    handed_over = select(Assignment.id).where(
        Assignment.enterprise_id == followup.enterprise_id, Assignment.commissioner_id == followup.owner_id,
        Assignment.ended_on >= clock.local(since).date(),
    )  # fmt: skip
    if owner is not None and owner.active and db.session.scalar(handed_over.limit(1)) is None:
        return owner.id
    return serving.commissioner_id if serving else None


def can_reopen(followup: Followup) -> bool:
    closed = followup.closed_at
    return followup.state == FollowupState.DONE and closed is not None and clock.now() - closed <= UNDO_WITHIN


def reopen(followup: Followup, *, by: User) -> None:
    """Raises Stale when it is not done any more, RuleBroken after a day or when the firm has left."""
    lock(followup.enterprise)
    lock(followup)
    if followup.state != FollowupState.DONE:
        raise Stale(followup)
    if not can_reopen(followup):
        raise RuleBroken(say("It was done more than a day ago: make a new follow-up instead"))
    if not _is_here(followup):
        raise RuleBroken(say("The enterprise has left the zone: nothing can be open there"))
    _open(followup)
    db.session.flush()
    services.recount(followup.enterprise_id)
    services.tell(followup, "reopened", by)


def _open(followup: Followup) -> None:
    opened = {"state": FollowupState.OPEN, "result": "", "closed_at": None, "closed_by_id": None}
    for name, value in {**opened, "version": followup.version + 1}.items():
        setattr(followup, name, value)
