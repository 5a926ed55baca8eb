"""Open follow-ups of many changed commissioners, moved in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.journal import Changed, Journal, parts
from crm.enterprises.assignment_many import Move
from crm.followups.models import Followup, FollowupMove, FollowupState
from crm.timeline import Actor


def pass_on_many(moves: Sequence[Move], *, by: Actor, journal: Journal) -> dict[int, int]:
    """As `passing.pass_on`, for moves that each have their own people; returns how many moved per enterprise."""
    wanted = {(move.enterprise_id, move.from_id): move.to_id for move in moves}
    query = select(Followup.id, Followup.enterprise_id, Followup.owner_id).where(Followup.state == FollowupState.OPEN)
    found = [
        row for some in parts([move.enterprise_id for move in moves], 1000)
        for row in db.session.execute(query.where(among(Followup.enterprise_id, some)).order_by(Followup.id))
        if (row.enterprise_id, row.owner_id) in wanted
    ]  # fmt: skip
    now = clock.now()
    changes = [
        Changed(
            row.id,
            row.enterprise_id,
            {"owner_id": row.owner_id},
            {"owner_id": wanted[row.enterprise_id, row.owner_id], "updated_at": now},
        )
        for row in found
    ]
    journal.update(Followup, changes)
    trace = {"at": now, "by_id": by.id, "reason": "handed over"}
    journal.insert(
        FollowupMove,
        [
            {
                "followup_id": c.row_id,
                "from_owner_id": c.before["owner_id"],
                "to_owner_id": c.after["owner_id"],
                **trace,
            }
            for c in changes
        ],
    )
    return dict(Counter(row.enterprise_id for row in found))
