"""A promise is due: told on its day, or on the working day before when it falls on a rest day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, cast, select

from crm.accounts.models import User
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.followups.models import Followup, FollowupState
from crm.reminders.kind import Kind, Line
from crm.reminders.models import Reminder
from crm.workdays.queries import calendar

NAME, SUBJECT = "followup_due", "followup"


def due(today: date) -> list[dict[str, Any]]:
    """Open promises whose working day has come, also those long past, unless their owner has been told of that day."""
    days = calendar()
    last = days.next_working_day(today).on - timedelta(days=1)
    told = select(Reminder.id).where(
        Reminder.kind == NAME, Reminder.subject_kind == SUBJECT, Reminder.subject_id == Followup.id, Reminder.step == 0,
        Reminder.basis == cast(Followup.due_on, String), Reminder.recipient_id == Followup.owner_id,
    )  # fmt: skip
    rows = db.session.execute(
        select(Followup.id, Followup.enterprise_id, Followup.owner_id, Followup.due_on)
        .join(User, User.id == Followup.owner_id)
        .where(Followup.state == FollowupState.OPEN, Followup.due_on <= last, User.active.is_(True), ~told.exists())
        .order_by(Followup.due_on, Followup.id)
    )
    return [
        {
            "kind": NAME, "subject_kind": SUBJECT, "subject_id": row.id, "enterprise_id": row.enterprise_id, "step": 0,
            "basis": row.due_on.isoformat(), "recipient_id": row.owner_id, "due_on": days.roll_back(row.due_on).on,
        }
        for row in rows
    ]  # fmt: skip


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    facts = {f.id: f for f in _promises(reminders)}
    return {r.id: reason for r in reminders if (reason := _why_gone(r, facts.get(r.subject_id)))}


def _why_gone(reminder: Reminder, fact: Any) -> str:
    if fact is None or fact.state != FollowupState.OPEN:
        return "done" if fact is not None and fact.state == FollowupState.DONE else "cancelled"
    if fact.owner_id != reminder.recipient_id:
        return "somebody else has it"
    return "" if fact.due_on.isoformat() == reminder.basis else "moved to another day"


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    facts = {f.id: f for f in _promises(reminders)}
    return {r.id: _line(facts[r.subject_id]) for r in reminders if r.subject_id in facts}


def _line(fact: Any) -> Line:
    what = say("Follow-up due: %(text)s", text=fact.text)
    return Line(
        what, KIND.label, fact.short_name or fact.name, fact.due_on, "followups.followup", {"followup_id": fact.id}
    )


def _promises(reminders: Sequence[Reminder]) -> Sequence[Any]:
    ids = [r.subject_id for r in reminders]
    query = select(
        Followup.id,
        Followup.state,
        Followup.owner_id,
        Followup.due_on,
        Followup.text,
        Enterprise.name,
        Enterprise.short_name,
    )
    return db.session.execute(query.join(Enterprise).where(Followup.id.in_(ids))).all() if ids else []


KIND = Kind(
    NAME,
    say("Follow-up due"),
    say("You promised this for that day when you logged a visit, or it was handed to you."),
    due,
    gone,
    lines,
)
