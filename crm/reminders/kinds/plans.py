"""What the kinds about planned visits share: facts, when one holds no more, how it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from crm.core.among import among
from crm.core.db import db
from crm.core.words import Say
from crm.enterprises.models import Enterprise
from crm.reminders.kind import Line
from crm.reminders.models import Reminder
from crm.timeline import Entry
from crm.visits.models import Visit, VisitState

SUBJECT = "visit"


def row(kind: str, fact: Any, *, basis: str, told_on: date) -> dict[str, Any]:
    return {
        "kind": kind, "subject_kind": SUBJECT, "subject_id": fact.id, "enterprise_id": fact.enterprise_id, "step": 0,
        "basis": basis, "recipient_id": fact.author_id, "due_on": told_on,
    }  # fmt: skip


def moved_by_other() -> ColumnElement[bool]:
    """Whether somebody else than its author last chose day or time of this plan; NULL when it was never moved."""
    replanned = (Entry.subject_kind == SUBJECT, Entry.subject_id == Visit.id, Entry.kind == "visit.replanned")
    mover = select(Entry.actor_id).where(*replanned).order_by(Entry.id.desc()).limit(1)
    return mover.correlate(Visit).scalar_subquery() != Visit.author_id


def facts(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids = {r.subject_id for r in reminders}
    columns = (Visit.id, Visit.state, Visit.author_id, Visit.visited_on, Visit.at_time, Visit.enterprise_id)
    query = select(*columns, Enterprise.name, Enterprise.short_name)
    query = query.join(Enterprise, Enterprise.id == Visit.enterprise_id).where(among(Visit.id, ids))
    return {f.id: f for f in db.session.execute(query)} if ids else {}


def gone(reminders: Sequence[Reminder], basis: Callable[[Any], str]) -> dict[int, str]:
    """`basis` gives the basis of a reminder planned now from these facts."""
    known = facts(reminders)
    return {r.id: reason for r in reminders if (reason := _why_gone(r, known.get(r.subject_id), basis))}


def _why_gone(reminder: Reminder, fact: Any, basis: Callable[[Any], str]) -> str:
    if fact is None or fact.state != VisitState.PLANNED:
        return "done" if fact is not None and fact.state == VisitState.DONE else "cancelled"
    if fact.author_id != reminder.recipient_id:
        return "somebody else has it"
    return "" if basis(fact) == reminder.basis else "moved to another day"


def lines(reminders: Sequence[Reminder], what: Say) -> dict[int, Line]:
    known = facts(reminders)
    return {r.id: _line(known[r.subject_id], what) for r in reminders if r.subject_id in known}


def _line(fact: Any, what: Say) -> Line:
    at, firm = f" {fact.at_time:%H:%M}" if fact.at_time else "", fact.short_name or fact.name
    return Line(what, what, firm, fact.visited_on, "desk.visit", {"visit_id": fact.id}, at)
