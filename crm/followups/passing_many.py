"""Open follow-ups of many changed commissioners, moved in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

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
    now, found = clock.now(), _open_of(wanted)
    changes = [
        Changed(
            row.id, row.enterprise_id, {"owner_id": row.owner_id},
            {"owner_id": wanted[row.enterprise_id, row.owner_id], "updated_at": now},
        )
        for row in found
    ]  # fmt: skip
    journal.update(Followup, changes)
    journal.insert(FollowupMove, [_trace(changed, now, by) for changed in changes])
    return dict(Counter(row.enterprise_id for row in found))


def _open_of(wanted: Mapping[tuple[int, int], int]) -> list[Any]:
    """The open follow-ups of these enterprises and owners."""
    query = select(Followup.id, Followup.enterprise_id, Followup.owner_id).where(Followup.state == FollowupState.OPEN)
    query = query.order_by(Followup.id)
    return [
        row for some in parts([firm for firm, _owner in wanted], 1000)
        for row in db.session.execute(query.where(among(Followup.enterprise_id, some)))
        if (row.enterprise_id, row.owner_id) in wanted
    ]  # fmt: skip


def _trace(changed: Changed, now: datetime, by: Actor) -> dict[str, Any]:
    """Whose it was and whose it is."""
    before, after = changed.before["owner_id"], changed.after["owner_id"]
    return {
        "followup_id": changed.row_id, "from_owner_id": before, "to_owner_id": after,
        "at": now, "by_id": by.id, "reason": "handed over",
    }  # fmt: skip
