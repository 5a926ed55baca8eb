"""What becomes of open follow-ups when an enterprise gets another commissioner."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.followups.models import Followup, FollowupMove, FollowupState
from crm.timeline import Actor


def pass_on(enterprise_ids: list[int], leaving: User, to: User, *, by: Actor) -> int:
    """The leaving commissioner's open follow-ups there move on, other people's stay; returns how many."""
    mine = (
        Followup.enterprise_id.in_(enterprise_ids),
        Followup.owner_id == leaving.id,
        Followup.state == FollowupState.OPEN,
    )
    moved = list(db.session.scalars(select(Followup.id).where(*mine).order_by(Followup.id)))
    if moved:
        db.session.execute(
            update(Followup).where(Followup.id.in_(moved)).values(owner_id=to.id, updated_at=clock.now())
        )
        trace = {
            "at": clock.now(),
            "from_owner_id": leaving.id,
            "to_owner_id": to.id,
            "by_id": by.id,
            "reason": "handed over",
        }
        db.session.execute(insert(FollowupMove), [{"followup_id": row_id, **trace} for row_id in moved])
    return len(moved)
