"""A planned visit with a time of day is mailed by itself, two hours before; on a rest day the working day before has
told it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.words import say
from crm.reminders.kind import AT, Kind, Line
from crm.reminders.kinds import plans, promises
from crm.reminders.kinds.followup_due import BEFORE
from crm.reminders.models import Reminder, ReminderState
from crm.visits.models import Visit, VisitState
from crm.workdays.queries import calendar

NAME = "visit_timed"
WAITING = (ReminderState.PLANNED, ReminderState.TIMED)


def due(today: date) -> list[dict[str, Any]]:
    """All of today, for a time may change; who planned it himself within the last two hours knows, and who comes too
    late is not told of it any more. The unique key keeps them single."""
    if not calendar().is_working_day(today):
        return []
    found = db.session.execute(
        select(
            Visit.id, Visit.enterprise_id, Visit.visited_on, Visit.at_time, Visit.author_id, Visit.updated_at,
            plans.moved_by_other().label("is_moved"),
        )
        .join(User, User.id == Visit.author_id)
        .where(
            Visit.state == VisitState.PLANNED, Visit.visited_on == today, Visit.at_time.is_not(None),
            User.active.is_(True),
        )
        .order_by(Visit.at_time, Visit.id)
    )  # fmt: skip
    return [
        {**plans.row(NAME, f, basis=_basis(f), told_on=today), AT: _begins(f) - BEFORE}
        for f in found
        if (f.is_moved or f.updated_at < _begins(f) - BEFORE) and clock.now() < _begins(f)
    ]


def _begins(fact: Any) -> datetime:
    return clock.at(fact.visited_on, fact.at_time.hour, fact.at_time.minute)


def _basis(fact: Any) -> str:
    return promises.basis(fact.visited_on, fact.at_time)


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    """What still waits when the visit begins is too late for a mail."""
    late = {r.id: "its time has passed" for r in reminders if r.state in WAITING and _has_begun(r)}
    return {**late, **plans.gone(reminders, _basis)}


def _has_begun(reminder: Reminder) -> bool:
    day, _t, at = reminder.basis.partition("T")
    hour, minute = at.split(":")
    return clock.now() >= clock.at(date.fromisoformat(day), int(hour), int(minute))


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    return plans.lines(reminders, say("Planned visit"))


KIND = Kind(
    NAME,
    say("Planned visit, on its day"),
    say("You planned this visit for a time of today."),
    due,
    gone,
    lines,
)
