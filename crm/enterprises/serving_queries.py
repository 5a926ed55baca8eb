"""Reading who serves an enterprise: today, on a day, and through the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from crm.accounts.models import Unit, User
from crm.core.db import db
from crm.core.list_parts import Person
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment, Liaison, Responsibility, StandIn


@dataclass(frozen=True)
class Now:
    """Commissioner, deputies and liaison leader of today."""

    commissioner: Person | None
    leader: str | None
    deputies: Sequence[str]
    """Names."""


def now(row: Any) -> Now:
    """Of a row read with `with_now`."""
    if row.commissioner is None:
        return Now(None, row.leader, [])
    deputies = sorted({*(row.deputies or "").splitlines()})
    return Now(Person(row.commissioner, row.commissioner_unit), row.leader, deputies)


def with_now(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A query of one enterprise, with who serves it beside; parameters: `firm`, and the `day` of the deputies."""
    leader, deputy, its_unit = aliased(User), aliased(User), aliased(Unit)
    deputies = select(func.aggregate_strings(deputy.name, "\n")).join(StandIn, StandIn.deputy_id == deputy.id)
    deputies = deputies.where(*_stands_in(User.id)).correlate(User)
    query = query.add_columns(User.name.label("commissioner"), its_unit.name.label("commissioner_unit"))
    query = query.add_columns(leader.name.label("leader"), deputies.scalar_subquery().label("deputies"))
    return (
        query.outerjoin(Assignment, and_(Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None)))
        .outerjoin(User, User.id == Assignment.commissioner_id)
        .outerjoin(its_unit, its_unit.id == User.unit_id)
        .outerjoin(Liaison, and_(Liaison.enterprise_id == Enterprise.id, Liaison.until_on.is_(None)))
        .outerjoin(leader, leader.id == Liaison.leader_id)
    )


def deputies_on(enterprise_id: int, day: date, official_id: int) -> Sequence[StandIn]:
    """Who stood in for this official at this enterprise on a day."""
    return db.session.scalars(_deputies(), {"firm": enterprise_id, "day": day, "official": official_id}).all()


@cache
def _deputies() -> Select[StandIn]:
    """Parameters: `firm`, `day`, `official`."""
    query = select(StandIn).options(joinedload(StandIn.deputy).joinedload(User.unit))
    return query.where(*_stands_in(bindparam("official"))).order_by(StandIn.id)


def _stands_in(official: Any) -> tuple[ColumnElement[bool], ...]:
    """Somebody does for this official on `day` at `firm`."""
    here = or_(StandIn.enterprise_id == bindparam("firm"), StandIn.enterprise_id.is_(None))
    return StandIn.official_id == official, _covers(StandIn.from_on, StandIn.until_on, bindparam("day")), here


@dataclass(frozen=True)
class OnDay:
    """Who served on one day; several assignments only where two entries of one firm were merged later."""

    day: date
    assignments: Sequence[Assignment]
    deputies: Sequence[StandIn]
    liaisons: Sequence[Liaison]


def on_day(enterprise_id: int, day: date) -> OnDay:
    served = select(Assignment).where(
        Assignment.enterprise_id == enterprise_id, _covers(Assignment.started_on, Assignment.ended_on, day)
    )
    people = joinedload(Assignment.commissioner).joinedload(User.unit)
    assignments = db.session.scalars(served.options(people).order_by(Assignment.id)).all()
    deputies = [d for a in assignments for d in deputies_on(enterprise_id, day, a.commissioner_id)]
    led = select(Liaison).where(Liaison.enterprise_id == enterprise_id, _covers(Liaison.from_on, Liaison.until_on, day))
    leaders = db.session.scalars(led.options(joinedload(Liaison.leader).joinedload(User.unit))).all()
    return OnDay(day, assignments, deputies, leaders)


def liaison_history(enterprise_id: int) -> Sequence[Liaison]:
    query = select(Liaison).where(Liaison.enterprise_id == enterprise_id).options(joinedload(Liaison.leader))
    return db.session.scalars(query.order_by(Liaison.from_on.desc(), Liaison.id.desc())).all()


def section_history(enterprise_id: int) -> Sequence[tuple[Responsibility, str]]:
    """Responsible sections with their names, newest first."""
    query = select(Responsibility, Unit.name).join(Unit, Unit.id == Responsibility.section_id)
    query = query.where(Responsibility.enterprise_id == enterprise_id)
    rows = db.session.execute(query.order_by(Responsibility.from_on.desc(), Responsibility.id.desc()))
    return [(period, name) for period, name in rows]


def attached_history(enterprise_id: int) -> dict[str, Any]:
    return {"liaisons": liaison_history(enterprise_id), "sections": section_history(enterprise_id)}


def _covers(begin: Any, end: Any, day: Any) -> ColumnElement[bool]:
    """[begin, end) holds the day."""
    return and_(begin <= day, or_(end.is_(None), end > day))
