"""Nobody has visited for N days: the longest silence a unit allows, counted from the last visit.

N is the unit's own setting, else the bureau's, else the cadence of the tier rules. A new commissioner has N days from
the start of his assignment, a new installation N days from its first day of use, and in its first thirty days silent
firms are listed on the pages but nobody is written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, cast, or_, select

from crm.accounts.models import Unit, User
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import IN_ZONE
from crm.enterprises.serving_models import Assignment
from crm.reminders.kind import Kind, Line
from crm.reminders.models import STANDS, Reminder
from crm.tiers import cadence

NAME, SUBJECT = "enterprise_silent", "enterprise"
QUIET = timedelta(days=30)


def due(today: date) -> list[dict[str, Any]]:
    go_live = cadence.go_live()
    if go_live is not None and today < go_live + QUIET:
        return []
    allowed = cadence.silence(today)
    latest = today - timedelta(days=allowed.shortest)
    rows = ((f, begin(f, go_live)) for f in db.session.execute(_silent_since(latest, go_live)))
    return [_row(f, day, today) for f, day in rows if day + timedelta(days=allowed.days(f.path)) <= today]


def begin(fact: Any, go_live: date | None) -> date:
    """The day from which silence counts."""
    return max(day for day in (fact.last_visit_on, fact.started_on, go_live) if day is not None)


def _silent_since(day: date, go_live: date | None) -> Any:
    """Served firms without a visit since that day whose commissioner has not been told of this silence or a later one.

    The day of telling decides nothing: a visit before it may be entered after it.
    """
    e, a = Enterprise, Assignment
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == SUBJECT, Reminder.subject_id == e.id,
        Reminder.recipient_id == a.commissioner_id, Reminder.basis >= cast(a.started_on, String),
        or_(e.last_visit_on.is_(None), Reminder.basis >= cast(e.last_visit_on, String)),
        Reminder.basis >= (go_live.isoformat() if go_live else ""),
    )  # fmt: skip
    return (
        select(e.id, e.last_visit_on, a.commissioner_id, a.started_on, Unit.path)
        .join(a, (a.enterprise_id == e.id) & a.ended_on.is_(None))
        .join(User, User.id == a.commissioner_id)
        .join(Unit, Unit.id == e.unit_id)
        .where(IN_ZONE, or_(e.last_visit_on.is_(None), e.last_visit_on <= day), a.started_on <= day)
        .where(User.active.is_(True), ~told.exists())
        .order_by(e.id)
    )


def _row(fact: Any, since: date, today: date) -> dict[str, Any]:
    return {
        "kind": NAME, "subject_kind": SUBJECT, "subject_id": fact.id, "enterprise_id": fact.id, "step": 0,
        "basis": since.isoformat(), "recipient_id": fact.commissioner_id, "due_on": today,
    }  # fmt: skip


def _facts(reminders: Sequence[Reminder]) -> dict[int, Any]:
    e, a, ids = Enterprise, Assignment, {r.subject_id for r in reminders}
    query = select(e.id, e.name, e.short_name, e.standing, e.last_visit_on, a.commissioner_id)
    query = query.outerjoin(a, (a.enterprise_id == e.id) & a.ended_on.is_(None)).where(among(e.id, ids))
    return {f.id: f for f in db.session.execute(query)} if ids else {}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = _facts(reminders)
    return {r.id: reason for r in reminders if (reason := _why_gone(r, known.get(r.subject_id)))}


def _why_gone(reminder: Reminder, fact: Any) -> str:
    if fact is None or fact.standing != Standing.ACTIVE:
        return "cancelled"
    if fact.commissioner_id != reminder.recipient_id:
        return "somebody else has it"
    visited = fact.last_visit_on is not None and fact.last_visit_on.isoformat() > reminder.basis
    return "visited" if visited else ""


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known = _facts(reminders)
    return {r.id: _line(r, known[r.subject_id]) for r in reminders if r.subject_id in known}


def _line(reminder: Reminder, fact: Any) -> Line:
    days = (reminder.due_on - date.fromisoformat(reminder.basis)).days
    what = say("Not visited for %(n)s days", n=days)
    if fact.last_visit_on is None:
        what = say("Never visited, served for %(n)s days", n=days)
    return Line(what, what, fact.short_name or fact.name, None, "desk.enterprise", {"enterprise_id": fact.id})


KIND = Kind(
    NAME,
    say("Not visited for long"),
    say("You serve this enterprise and nobody has visited it for as long as your unit allows."),
    due,
    gone,
    lines,
    most=10,
)
