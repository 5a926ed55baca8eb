"""A visit is planned for tomorrow, or for the rest days ahead: told on the working day before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import String, cast, or_, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import among, db
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.reminders.kind import Kind, Line
from crm.reminders.models import STANDS, Reminder
from crm.visits.models import Visit, VisitState
from crm.workdays.queries import calendar

NAME, SUBJECT = "visit_tomorrow", "visit"


def due(today: date) -> list[dict[str, Any]]:
    """Up to the next working day; one of today is told only when it was planned earlier and nothing ran meanwhile."""
    last = calendar().next_working_day(today).on
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == SUBJECT, Reminder.subject_id == Visit.id,
        Reminder.basis == cast(Visit.visited_on, String), Reminder.recipient_id == Visit.author_id,
    )  # fmt: skip
    found = db.session.execute(
        select(Visit.id, Visit.enterprise_id, Visit.visited_on, Visit.author_id)
        .join(User, User.id == Visit.author_id)
        .where(
            Visit.state == VisitState.PLANNED, Visit.visited_on.between(today, last), User.active.is_(True),
            or_(Visit.visited_on > today, Visit.created_at < clock.at(today, 0)), ~told.exists(),
        )
        .order_by(Visit.visited_on, Visit.id)
    )  # fmt: skip
    return [
        {
            "kind": NAME, "subject_kind": SUBJECT, "subject_id": f.id, "enterprise_id": f.enterprise_id, "step": 0,
            "basis": f.visited_on.isoformat(), "recipient_id": f.author_id, "due_on": today,
        }
        for f in found
    ]  # fmt: skip


def _facts(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids = {r.subject_id for r in reminders}
    columns = (Visit.id, Visit.state, Visit.author_id, Visit.visited_on, Visit.at_time, Visit.enterprise_id)
    query = select(*columns, Enterprise.name, Enterprise.short_name)
    query = query.join(Enterprise, Enterprise.id == Visit.enterprise_id).where(among(Visit.id, ids))
    return {f.id: f for f in db.session.execute(query)} if ids else {}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = _facts(reminders)
    return {r.id: reason for r in reminders if (reason := _why_gone(r, known.get(r.subject_id)))}


def _why_gone(reminder: Reminder, fact: Any) -> str:
    if fact is None or fact.state != VisitState.PLANNED:
        return "done" if fact is not None and fact.state == VisitState.DONE else "cancelled"
    if fact.author_id != reminder.recipient_id:
        return "somebody else has it"
    return "" if fact.visited_on.isoformat() == reminder.basis else "moved to another day"


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known = _facts(reminders)
    return {r.id: _line(known[r.subject_id]) for r in reminders if r.subject_id in known}


def _line(fact: Any) -> Line:
    at, firm = f" {fact.at_time:%H:%M}" if fact.at_time else "", fact.short_name or fact.name
    where = {"enterprise_id": fact.enterprise_id}
    return Line(KIND.label, KIND.label, firm, fact.visited_on, "desk.enterprise", where, at)


KIND = Kind(
    NAME,
    say("Planned visit"),
    say("You planned this visit for the next working day."),
    due,
    gone,
    lines,
)
