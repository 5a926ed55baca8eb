"""Enterprises without annual figures of the last finished year, as far as somebody may see figures at all."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false

from crm.accounts.models import User
from crm.core import clock
from crm.core.words import _
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.permissions import Permission
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.rules import YEAR

MISSING = "missing"
"""Value of the filter `figures`."""


def last_year() -> int:
    """The last finished year."""
    return clock.today().year - 1


def clause(user: User) -> ColumnElement[bool]:
    """Of figures one may not see it tells neither that they are there nor that they are missing."""
    f = PeriodFigures
    there = exists().where(
        f.enterprise_id == Enterprise.id, f.year == last_year(), f.months == YEAR, f.ended_at.is_(None)
    )
    return and_(within(user, Permission.FIGURES_VIEW), ~there.correlate(Enterprise))


def filtered(user: User, text: str) -> ColumnElement[bool]:
    return clause(user) if text == MISSING else false()


def choices() -> list[tuple[str, str]]:
    """Of the filter."""
    return [("", _("All")), (MISSING, _("Missing for %(year)s", year=last_year()))]
