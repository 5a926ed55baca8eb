"""Figures that stand and those that stood, and the enterprises whose figures somebody may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, select

from crm.accounts.models import User
from crm.core.among import among
from crm.core.db import db
from crm.core.journal import parts
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import of_visible
from crm.permissions import Permission
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.rules import Period


def seen_by(user: User) -> ColumnElement[bool]:
    """Figures of the enterprises on which this user has the right to them; every other row is absent."""
    return of_visible(PeriodFigures, user, Permission.FIGURES_VIEW)


def of_firm(enterprise_id: int) -> Select[PeriodFigures]:
    """All rows, the newest period and the newest row of each first."""
    f = PeriodFigures
    query = select(f).where(f.enterprise_id == enterprise_id)
    return query.order_by(f.year.desc(), f.months.desc(), f.id.desc())


def standing(enterprise_id: int) -> dict[Period, PeriodFigures]:
    query = of_firm(enterprise_id).where(PeriodFigures.ended_at.is_(None))
    return {row.period: row for row in db.session.scalars(query)}


def standing_of(ids: Sequence[int]) -> dict[int, dict[Period, PeriodFigures]]:
    """By enterprise."""
    found: dict[int, dict[Period, PeriodFigures]] = {}
    for some in parts(ids):
        query = select(PeriodFigures).where(among(PeriodFigures.enterprise_id, some), PeriodFigures.ended_at.is_(None))
        for row in db.session.scalars(query):
            found.setdefault(row.enterprise_id, {})[row.period] = row
    return found


def everything(where: Iterable[ColumnElement[bool]]) -> Select[PeriodFigures, Enterprise]:
    """What stands, with its enterprise, as the lists sort them."""
    query = select(PeriodFigures, Enterprise).join(Enterprise, Enterprise.id == PeriodFigures.enterprise_id)
    query = query.where(PeriodFigures.ended_at.is_(None), *where)
    return query.order_by(Enterprise.sort_key, Enterprise.id, PeriodFigures.year, PeriodFigures.months)
