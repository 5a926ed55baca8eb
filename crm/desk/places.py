"""Where visits and promises stand by now: what the record tells of one may be void or at another firm since."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import false, select

from crm.core.db import read
from crm.followups.models import Followup
from crm.visits.models import Visit, VisitState


class Place(NamedTuple):
    enterprise_id: int
    is_void: bool


KINDS: dict[str, Any] = {
    "visit": select(Visit.id, Visit.enterprise_id, (Visit.state == VisitState.VOIDED).label("is_void")),
    "followup": select(Followup.id, Followup.enterprise_id, false().label("is_void")),
}
"""Kind of subject → where those of it stand; a promise is never void."""


def of(kind: str, ids: Collection[Any]) -> dict[int | None, Place]:
    """By the id of the subject; one statement, none without ids."""
    if not ids:
        return {}
    query = KINDS[kind]
    rows = read(query.where(query.selected_columns.id.in_(ids))).all()
    return {row.id: Place(row.enterprise_id, bool(row.is_void)) for row in rows}
