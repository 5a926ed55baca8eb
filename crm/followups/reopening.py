"""Done by mistake: within a day it is open again."""

from __future__ import annotations

from datetime import timedelta

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.enterprises.models import Standing
from crm.followups import services
from crm.followups.models import Followup, FollowupState

UNDO_WITHIN = timedelta(hours=24)


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
    if followup.enterprise.standing != Standing.ACTIVE:
        raise RuleBroken(say("The enterprise has left the zone: nothing can be open there"))
    opened = {"state": FollowupState.OPEN, "result": "", "closed_at": None, "closed_by_id": None}
    for name, value in {**opened, "version": followup.version + 1}.items():
        setattr(followup, name, value)
    db.session.flush()
    services.recount(followup.enterprise_id)
    services.tell(followup, "reopened", by)
