"""Where visits and promises stand by now: what the record tells of one may be void or at another firm since."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, and_

from crm.followups.models import Followup
from crm.timeline import Entry
from crm.visits.models import Visit, VisitState

KINDS: dict[str, Any] = {"visit": Visit, "followup": Followup}
SHOWN = (
    Visit.enterprise_id.label("visit_at"),
    (Visit.state == VisitState.VOIDED).label("is_void"),
    Followup.enterprise_id.label("followup_at"),
)
"""What a query of entries shows beside them for `of`."""


class Place(NamedTuple):
    enterprise_id: int
    is_void: bool


def joined(query: Select[Any]) -> Select[Any]:
    """A query of entries, each with the visit or promise it tells of."""
    for kind, model in KINDS.items():
        query = query.outerjoin(model, and_(Entry.subject_kind == kind, model.id == Entry.subject_id))
    return query


def of(row: Any) -> Place | None:
    """Of an entry read with `SHOWN`; entries about anything else have none."""
    at = row.visit_at or row.followup_at
    return None if at is None else Place(at, bool(row.is_void))
