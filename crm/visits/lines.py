"""What lists and files show of visits: one row each, with the people and the firm."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import aliased

from crm.accounts.models import Unit, User
from crm.core.db import read
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.visits.models import Visit


def lines(ids: Sequence[int]) -> list[Any]:
    """What the list and its files show of these visits, in the order of the ids."""
    if not ids:
        return []
    rows = {row.id: row for row in read(contents(), {"ids": list(ids)}).all()}
    return [rows[visit_id] for visit_id in ids if visit_id in rows]


@cache
def contents() -> Select[*tuple[Any, ...]]:
    """Built once: its parameter is `ids`."""
    typist, server, territory = aliased(User), aliased(User), aliased(Unit)
    v = Visit
    return (
        select(
            v.id, v.enterprise_id, v.kind, v.counts, v.visited_on, v.at_time, v.state, v.met, v.is_not_met, v.text,
            v.source, v.created_at, v.void_reason, Enterprise.name, Enterprise.short_name, Enterprise.credit_code,
            User.name.label("author"), Unit.name.label("unit"), typist.name.label("typist"),
            server.name.label("commissioner"), territory.name.label("territory"),
        )
        .join(Enterprise, Enterprise.id == v.enterprise_id)
        .join(User, User.id == v.author_id)
        .join(Unit, Unit.id == User.unit_id)
        .outerjoin(typist, typist.id == v.entered_by_id)
        .outerjoin(territory, territory.id == Enterprise.territory_id)
        .outerjoin(Assignment, (Assignment.enterprise_id == Enterprise.id) & Assignment.ended_on.is_(None))
        .outerjoin(server, server.id == Assignment.commissioner_id)
        .where(v.id.in_(bindparam("ids", expanding=True)))
    )  # fmt: skip
