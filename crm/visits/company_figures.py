"""On how many visits of others an official led or came along (参与), by the clauses of the list that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Unit, User
from crm.core.among import among
from crm.core.db import read
from crm.visits import filters
from crm.visits.models import Visit, VisitPerson

BELOW, ABOVE = aliased(Unit), aliased(Unit)
TIMES = func.count(Visit.id.distinct())


def clauses(user: User, since: date, until: date, unit_id: int | None) -> list[ColumnElement[bool]]:
    """Visits that count, on which people of the unit, or any official, led or came along."""
    whose = {"companion_unit": str(unit_id)} if unit_id else {"companion": "any"}
    return filters.where(user, MultiDict({"from": str(since), "to": str(until), "counts": "yes", **whose}))


def total(came: list[ColumnElement[bool]]) -> int:
    return read(select(func.count()).select_from(Visit).where(*came)).scalar_one()


def by_person(came: list[ColumnElement[bool]], unit_id: int | None) -> Select[*tuple[Any, ...]]:
    """Official, visits; only those of the unit or below it."""
    query = _others(select(VisitPerson.user_id, TIMES), came).group_by(VisitPerson.user_id)
    if unit_id is None:
        return query
    top = select(Unit.path).where(Unit.id == unit_id).scalar_subquery()
    return query.join(BELOW, BELOW.id == User.unit_id).where(BELOW.path.startswith(top))


def by_unit(came: list[ColumnElement[bool]], ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Unit, visits on which its people or those below it came along, each visit once."""
    query = _others(select(ABOVE.id, TIMES), came).join(BELOW, BELOW.id == User.unit_id)
    return query.join(ABOVE, BELOW.path.startswith(ABOVE.path)).where(among(ABOVE.id, ids)).group_by(ABOVE.id)


def _others(query: Select[*tuple[Any, ...]], came: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    query = query.select_from(Visit).join(VisitPerson, VisitPerson.visit_id == Visit.id)
    return query.join(User, User.id == VisitPerson.user_id).where(*came, VisitPerson.user_id != Visit.author_id)
