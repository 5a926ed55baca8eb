"""A visit is planned for tomorrow, or for the rest days ahead: told on the working day before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import String, cast, or_, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.words import say
from crm.reminders.kind import Kind, Line
from crm.reminders.kinds import plans
from crm.reminders.models import STANDS, Reminder
from crm.visits.models import Visit, VisitState
from crm.workdays.queries import calendar

NAME = "visit_tomorrow"


def due(today: date) -> list[dict[str, Any]]:
    """Up to the next working day; one of today is told only when it was planned before today and nothing ran
    meanwhile."""
    last = calendar().next_working_day(today).on
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == plans.SUBJECT, Reminder.subject_id == Visit.id,
        Reminder.basis == cast(Visit.visited_on, String), Reminder.recipient_id == Visit.author_id,
    )  # fmt: skip
    found = db.session.execute(
        select(Visit.id, Visit.enterprise_id, Visit.visited_on, Visit.author_id)
        .join(User, User.id == Visit.author_id)
        .where(
            Visit.state == VisitState.PLANNED, Visit.visited_on.between(today, last), User.active.is_(True),
            or_(Visit.visited_on > today, Visit.updated_at < clock.at(today, 0)), ~told.exists(),
        )
        .order_by(Visit.visited_on, Visit.id)
    )  # fmt: skip
    return [plans.row(NAME, f, basis=_basis(f), told_on=today) for f in found]


def _basis(fact: Any) -> str:
    return str(fact.visited_on.isoformat())


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    return plans.gone(reminders, _basis)


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    return plans.lines(reminders, KIND.label)


KIND = Kind(
    NAME,
    say("Planned visit"),
    say("You planned this visit for the next working day."),
    due,
    gone,
    lines,
)
