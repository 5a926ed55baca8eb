"""Where visits and promises stand by now: what the record tells of one may be void or at another firm since."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import false, literal, select, union_all

from crm.core.db import among, read
from crm.followups.models import Followup
from crm.visits.models import Visit, VisitState

Subject = tuple[str, int | None]


class Place(NamedTuple):
    enterprise_id: int
    is_void: bool


def of(subjects: Collection[Subject]) -> dict[Subject, Place]:
    """By kind and id of the subject; always one statement. Other kinds stay where they are."""
    visits, promises = _ids(subjects, "visit"), _ids(subjects, "followup")
    is_void = (Visit.state == VisitState.VOIDED).label("is_void")
    query: Any = union_all(
        select(literal("visit").label("kind"), Visit.id, Visit.enterprise_id, is_void).where(among(Visit.id, visits)),
        select(literal("followup"), Followup.id, Followup.enterprise_id, false()).where(among(Followup.id, promises)),
    )
    return {(row.kind, row.id): Place(row.enterprise_id, bool(row.is_void)) for row in read(query)}


def _ids(subjects: Collection[Subject], wanted: str) -> list[int]:
    return sorted({number for kind, number in subjects if kind == wanted and number is not None})
