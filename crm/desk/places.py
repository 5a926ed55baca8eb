"""Where visits and promises stand by now: what the record tells of one may be void or at another firm since."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, false, literal, select, union_all

from crm.core.db import read
from crm.followups.models import Followup
from crm.visits.models import Visit, VisitState

Subject = tuple[str, int | None]
KINDS: dict[str, Any] = {"visit": Visit, "followup": Followup}


class Place(NamedTuple):
    enterprise_id: int
    is_void: bool


def of(subjects: Collection[Subject]) -> dict[Subject, Place]:
    """By kind and id of the subject; always one statement. Other kinds stay where they are."""
    rows = read(_standing(), {kind: _ids(subjects, kind) for kind in KINDS})
    return {(row.kind, row.id): Place(row.enterprise_id, bool(row.is_void)) for row in rows}


@cache
def _standing() -> Any:
    """Built once; the parameters are lists of ids, named after the kinds."""
    is_void = {"visit": Visit.state == VisitState.VOIDED, "followup": false()}
    return union_all(
        *(
            select(literal(kind).label("kind"), model.id, model.enterprise_id, is_void[kind].label("is_void")).where(
                model.id.in_(bindparam(kind, expanding=True))
            )
            for kind, model in KINDS.items()
        )
    )


def _ids(subjects: Collection[Subject], wanted: str) -> list[int]:
    return sorted({number for kind, number in subjects if kind == wanted and number is not None})
