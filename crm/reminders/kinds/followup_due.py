"""A promise is due: told on its day, or on the working day before when it falls on a rest day.

One with a time of day is mailed alone, two hours before; all others come with the morning's mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, and_, cast, or_, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.words import say
from crm.followups.models import Followup, FollowupState
from crm.reminders.kind import AT, Kind, Line
from crm.reminders.kinds import promises
from crm.reminders.models import STANDS, Reminder
from crm.workdays.queries import calendar

NAME = "followup_due"
BEFORE = timedelta(hours=2)


def due(today: date) -> list[dict[str, Any]]:
    """Open promises whose working day has come, also those long past, unless their owner has been told of that day."""
    days = calendar()
    last = days.next_working_day(today).on - timedelta(days=1)
    found = db.session.execute(
        select(Followup.id, Followup.enterprise_id, Followup.owner_id, Followup.due_on, Followup.due_time)
        .join(User, User.id == Followup.owner_id)
        .where(Followup.state == FollowupState.OPEN, Followup.due_on <= last, User.active.is_(True), _untold(today))
        .order_by(Followup.due_on, Followup.id)
    )
    return [
        {**promises.row(NAME, f, step=0, told_on=days.roll_back(f.due_on).on), AT: _mail_at(f, today)} for f in found
    ]


def _untold(today: date) -> Any:
    """A time of day may change: those of today and later are always looked at, the unique key keeps them single."""
    day = cast(Followup.due_on, String)
    timed = and_(Followup.due_time.is_not(None), Reminder.basis.like(day + "T%"))
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == promises.SUBJECT, Reminder.subject_id == Followup.id,
        Reminder.step == 0, Reminder.recipient_id == Followup.owner_id, or_(Reminder.basis == day, timed),
    )  # fmt: skip
    return or_(~told.exists(), and_(Followup.due_time.is_not(None), Followup.due_on >= today))


def _mail_at(fact: Any, today: date) -> Any:
    if fact.due_time is None or fact.due_on != today:
        return None
    return clock.at(fact.due_on, fact.due_time.hour, fact.due_time.minute) - BEFORE


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    return promises.lines(reminders, lambda text: say("Follow-up due: %(text)s", text=text), KIND.label)


KIND = Kind(
    NAME,
    say("Follow-up due"),
    say("You promised this for that day when you logged a visit, or it was handed to you."),
    due,
    promises.gone,
    lines,
    may_be_off=False,
)
