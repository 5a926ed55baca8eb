"""Which enterprises were visited between two days: filters of the enterprise list, and what the figures count with."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, false, select

from crm.accounts.models import Unit, User
from crm.core.typed import id_from
from crm.enterprises import filters
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.visits.filters import day_from
from crm.visits.models import Visit, VisitState

UNTIL = ".."


def visited_between(since: date, until: date) -> ColumnElement[bool]:
    """By a visit that counts, whoever made it; both days included."""
    took_place = (Visit.state == VisitState.DONE, Visit.counts.is_(True), Visit.visited_on.between(since, until))
    return Enterprise.id.in_(select(Visit.enterprise_id).where(*took_place))


def span(since: date, until: date) -> str:
    """As the address says it: 2026-11-01..2026-11-30."""
    return f"{since}{UNTIL}{until}"


def served_in(unit_id: int | None) -> ColumnElement[bool]:
    """Whose commissioner belongs to this unit or below it."""
    top = select(Unit.path).where(Unit.id == unit_id).scalar_subquery()
    served = select(Assignment.enterprise_id).join(User, User.id == Assignment.commissioner_id)
    served = served.join(Unit, Unit.id == User.unit_id)
    return Enterprise.id.in_(served.where(Assignment.ended_on.is_(None), Unit.path.startswith(top)))


def _visited(_user: User, text: str) -> ColumnElement[bool]:
    since, until = map(day_from, (*text.split(UNTIL), "")[:2])
    return visited_between(since, until) if since and until else false()


def install() -> None:
    filters.register(
        visited_in=_visited,
        not_visited_in=lambda user, text: ~_visited(user, text),
        served_unit=lambda _user, text: served_in(id_from(text)),
    )
