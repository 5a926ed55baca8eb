"""A visit is planned for tomorrow, or for the rest days ahead: told on the working day before.

What somebody else moves to today without a time or to the rest days ahead, after the mail of the morning, is mailed by
itself at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, and_, cast, or_, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.reminders import mornings
from crm.reminders.kind import AT, Kind, Line
from crm.reminders.kinds import plans
from crm.reminders.models import STANDS, Reminder, ReminderState
from crm.visits.models import Visit, VisitState
from crm.workdays.queries import calendar

NAME = "visit_tomorrow"
EVENING = 18
"""From this hour on nobody is mailed what has no time."""


def due(today: date) -> list[dict[str, Any]]:
    """Up to the next working day. One of today is told only when it was planned before today and nothing ran meanwhile,
    or when somebody else moved it."""
    last = calendar().next_working_day(today).on
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == plans.SUBJECT, Reminder.subject_id == Visit.id,
        Reminder.basis == cast(Visit.visited_on, String), Reminder.recipient_id == Visit.author_id,
    )  # fmt: skip
    moved = plans.moved_by_other()
    found = db.session.execute(
        select(
            Visit.id, Visit.enterprise_id, Visit.visited_on, Visit.at_time, Visit.author_id, moved.label("is_moved")
        )
        .join(User, User.id == Visit.author_id)
        .where(
            Visit.state == VisitState.PLANNED, Visit.visited_on.between(today, last), User.active.is_(True),
            or_(Visit.visited_on > today, Visit.updated_at < clock.at(today, 0), and_(moved, Visit.at_time.is_(None))),
            ~told.exists(),
        )
        .order_by(Visit.visited_on, Visit.id)
    )  # fmt: skip
    return [{**plans.row(NAME, f, basis=_basis(f), told_on=today), AT: _mail_at(f, today, last)} for f in found]


def mailed_at(visit_ids: Sequence[int], today: date) -> dict[int, datetime | None]:
    """When a copy about each of these visits is mailed by itself, whatever way its author is told."""
    columns = (Visit.id, Visit.visited_on, Visit.at_time, plans.moved_by_other().label("is_moved"))
    last = calendar().next_working_day(today).on
    found = db.session.execute(select(*columns).where(among(Visit.id, visit_ids))) if visit_ids else ()
    return {fact.id: _mail_at(fact, today, last) for fact in found}


def _mail_at(fact: Any, today: date, next_working_day: date) -> datetime | None:
    """None when the mail of a morning is in time, or `visit_timed` has one of its own."""
    has_its_own = fact.visited_on == today and fact.at_time is not None
    if not fact.is_moved or has_its_own or fact.visited_on >= next_working_day:
        return None
    now, begun = clock.local(clock.now()), mornings.last(today)
    has_left = begun is not None and clock.local(begun).date() == today
    return clock.now() if has_left and now.hour < EVENING else None


def _basis(fact: Any) -> str:
    return str(fact.visited_on.isoformat())


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    """A mail of its own is for its day only."""
    today = clock.today().isoformat()
    late = (r.id for r in reminders if r.state == ReminderState.TIMED and r.basis < today)
    return {**dict.fromkeys(late, "its time has passed"), **plans.gone(reminders, _basis)}


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
