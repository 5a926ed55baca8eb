"""A promise is late: told on the first and the third working day after; then only in mails that go out anyway."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import String, cast, func, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.words import say
from crm.followups.models import Followup, FollowupState
from crm.reminders.kind import Kind, Line
from crm.reminders.kinds import followup_due, promises
from crm.reminders.models import STANDS, Reminder
from crm.workdays.queries import calendar
from crm.workdays.rules import Calendar

NAME = "followup_overdue"
STEPS = (3, 1)


def due(today: date) -> list[dict[str, Any]]:
    """Only what was told as due on an earlier day, if only in the app: after a downtime one promise is one line, not
    three, and while no mail leaves the app goes on telling."""
    days = calendar()
    first, last = _reminders(followup_due.NAME), _reminders(NAME)
    told = first.where(Reminder.planned_at < clock.at(today, 0))
    found = db.session.execute(
        select(Followup.id, Followup.enterprise_id, Followup.owner_id, Followup.due_on, Followup.due_time)
        .join(User, User.id == Followup.owner_id)
        .where(
            Followup.state == FollowupState.OPEN, Followup.due_on < today, User.active.is_(True), told.exists(),
            ~last.where(Reminder.step == max(STEPS)).exists(),
        )
        .order_by(Followup.due_on, Followup.id)
    )  # fmt: skip
    rows = ((f, step_on(days, f.due_on, today)) for f in found)
    return [promises.row(NAME, f, step=step, told_on=today) for f, step in rows if step]


def step_on(days: Calendar, due_on: date, today: date) -> int:
    """The step reached: the working days that have passed, 0 before the first."""
    passed = days.between(due_on, today).count
    return next((step for step in STEPS if passed >= step), 0)


def _reminders(kind: str) -> Any:
    return select(Reminder.id).where(
        Reminder.kind == kind, STANDS, Reminder.subject_kind == promises.SUBJECT, Reminder.subject_id == Followup.id,
        Reminder.recipient_id == Followup.owner_id, Reminder.basis.like(cast(Followup.due_on, String) + "%"),
    )  # fmt: skip


def late_beside(recipient_id: int, told: set[int], today: date) -> int:
    """How many promises of this person are late and not among those told in this mail."""
    late = (Followup.state == FollowupState.OPEN, Followup.owner_id == recipient_id, Followup.due_on < today)
    count = select(func.count()).select_from(Followup).where(*late, Followup.id.not_in(told))
    return db.session.scalar(count) or 0


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    return promises.lines(reminders, lambda text: say("Overdue: %(text)s", text=text), KIND.label)


KIND = Kind(
    NAME,
    say("Follow-up overdue"),
    say("The day you promised has passed: finish it, choose another day with its reason, or hand it back."),
    due,
    promises.gone,
    lines,
    may_be_off=False,
)
