"""Somebody else visited an enterprise I serve; visits that came with a table are not told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.reminders.kind import Kind, Line
from crm.reminders.models import STANDS, Reminder
from crm.visits.models import Visit, VisitState

NAME, SUBJECT = "visited_by_other", "visit"
BACK = timedelta(days=14)


def due(today: date) -> list[dict[str, Any]]:
    """Written down within a fortnight, so that a downtime loses nothing, and after I began to serve the firm."""
    a = Assignment
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == SUBJECT, Reminder.subject_id == Visit.id,
        Reminder.recipient_id == a.commissioner_id,
    )  # fmt: skip
    found = db.session.execute(
        select(Visit.id, Visit.enterprise_id, Visit.visited_on, a.commissioner_id)
        .join(a, (a.enterprise_id == Visit.enterprise_id) & a.ended_on.is_(None))
        .join(User, User.id == a.commissioner_id)
        .where(
            Visit.state == VisitState.DONE, Visit.source != "import", Visit.visited_on >= today - BACK,
            Visit.created_at >= clock.at(today - BACK, 0), Visit.visited_on >= a.started_on,
            Visit.author_id != a.commissioner_id, User.active.is_(True), ~told.exists(),
            or_(Visit.entered_by_id.is_(None), Visit.entered_by_id != a.commissioner_id),
        )
        .order_by(Visit.id)
    )  # fmt: skip
    return [
        {
            "kind": NAME, "subject_kind": SUBJECT, "subject_id": f.id, "enterprise_id": f.enterprise_id, "step": 0,
            "basis": f.visited_on.isoformat(), "recipient_id": f.commissioner_id, "due_on": today,
        }
        for f in found
    ]  # fmt: skip


def _facts(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids = {r.subject_id for r in reminders}
    columns = (Visit.id, Visit.state, Visit.enterprise_id, Visit.visited_on, User.name.label("author"))
    query = select(*columns, Enterprise.name, Enterprise.short_name, Assignment.commissioner_id)
    query = query.join(User, User.id == Visit.author_id).join(Enterprise, Enterprise.id == Visit.enterprise_id)
    serving = (Assignment.enterprise_id == Visit.enterprise_id) & Assignment.ended_on.is_(None)
    found = db.session.execute(query.outerjoin(Assignment, serving).where(among(Visit.id, ids))) if ids else ()
    return {f.id: f for f in found}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = _facts(reminders)
    return {r.id: reason for r in reminders if (reason := _why_gone(r, known.get(r.subject_id)))}


def _why_gone(reminder: Reminder, fact: Any) -> str:
    if fact is None or fact.state != VisitState.DONE or fact.enterprise_id != reminder.enterprise_id:
        return "cancelled"
    return "" if fact.commissioner_id == reminder.recipient_id else "somebody else has it"


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known = _facts(reminders)
    return {r.id: _line(known[r.subject_id]) for r in reminders if r.subject_id in known}


def _line(fact: Any) -> Line:
    what, firm = say("%(name)s was there", name=fact.author), fact.short_name or fact.name
    return Line(what, what, firm, fact.visited_on, "desk.enterprise", {"enterprise_id": fact.enterprise_id})


KIND = Kind(
    NAME,
    say("Somebody else visited my enterprise"),
    say("You serve this enterprise and a colleague wrote a visit down."),
    due,
    gone,
    lines,
)
