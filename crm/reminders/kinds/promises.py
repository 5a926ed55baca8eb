"""What the kinds about promises share: facts, when one holds no more, how it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any

from sqlalchemy import select

from crm.core.among import among
from crm.core.db import db
from crm.core.words import Say
from crm.enterprises.models import Enterprise
from crm.followups.models import Followup, FollowupState
from crm.reminders.kind import Line
from crm.reminders.models import Reminder

SUBJECT = "followup"


def basis(due_on: date, due_time: time | None) -> str:
    """The day, and where one was set the time: another one makes a new reminder."""
    return f"{due_on.isoformat()}T{due_time:%H:%M}" if due_time else due_on.isoformat()


def row(kind: str, fact: Any, *, step: int, told_on: date) -> dict[str, Any]:
    return {
        "kind": kind, "subject_kind": SUBJECT, "subject_id": fact.id, "enterprise_id": fact.enterprise_id,
        "step": step, "basis": basis(fact.due_on, fact.due_time), "recipient_id": fact.owner_id, "due_on": told_on,
    }  # fmt: skip


def facts(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids = {r.subject_id for r in reminders}
    query = select(
        Followup.id, Followup.state, Followup.owner_id, Followup.due_on, Followup.due_time, Followup.text,
        Enterprise.name, Enterprise.short_name,
    ).join(Enterprise)  # fmt: skip
    return {f.id: f for f in db.session.execute(query.where(among(Followup.id, ids)))} if ids else {}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = facts(reminders)
    return {r.id: reason for r in reminders if (reason := _why_gone(r, known.get(r.subject_id)))}


def _why_gone(reminder: Reminder, fact: Any) -> str:
    if fact is None or fact.state != FollowupState.OPEN:
        return "done" if fact is not None and fact.state == FollowupState.DONE else "cancelled"
    if fact.owner_id != reminder.recipient_id:
        return "somebody else has it"
    return "" if basis(fact.due_on, fact.due_time) == reminder.basis else "moved to another day"


def line(fact: Any, what: Say, mail: Say) -> Line:
    firm, at = fact.short_name or fact.name, f" {fact.due_time:%H:%M}" if fact.due_time else ""
    return Line(what, mail, firm, fact.due_on, "followups.followup", {"followup_id": fact.id}, at)


def lines(reminders: Sequence[Reminder], what: Callable[[str], Say], mail: Say) -> dict[int, Line]:
    """`what` quotes the promise and stays in the app."""
    known = facts(reminders)
    held = {r.id: known[r.subject_id] for r in reminders if r.subject_id in known}
    return {number: line(fact, what(fact.text), mail) for number, fact in held.items()}
