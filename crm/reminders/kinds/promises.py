"""What the kinds about promises share: facts, when one holds no more, how it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from sqlalchemy import and_, select

from crm.core import clock
from crm.core.among import among
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.words import Say, say
from crm.enterprises.models import Contact, Enterprise
from crm.followups.models import Followup, FollowupState
from crm.reminders import rules
from crm.reminders.contacts import first_of, name_of
from crm.reminders.kind import Line
from crm.reminders.models import Reminder
from crm.visits.models import Visit

SUBJECT, REQUEST = "followup", "request"


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


def lines(reminders: Sequence[Reminder], what: Callable[[str], Say], mail: Say) -> dict[int, Line]:
    """`what` quotes the promise and stays in the app."""
    known = facts(reminders)
    held = {r.id: known[r.subject_id] for r in reminders if r.subject_id in known}
    return told_apart({number: _line(fact, what(fact.text), mail) for number, fact in held.items()})


def _line(fact: Any, what: Say, mail: Say) -> Line:
    firm, at = fact.short_name or fact.name, f" {fact.due_time:%H:%M}" if fact.due_time else ""
    return Line(what, mail, firm, fact.due_on, "followups.followup", {"followup_id": fact.id}, at)


def told_apart(lines: dict[int, Line]) -> dict[int, Line]:
    """With first words and contact, so that two promises at one firm differ in a mail; what may not be quoted has its
    number."""
    more = _more({line.values["followup_id"] for line in lines.values()})
    is_quoted, today = bureau("mail_words"), clock.today()
    found = {}
    for number, each in lines.items():
        fact = more[each.values["followup_id"]]
        words = rules.first_words(fact.text, today) if is_quoted and fact.kind != REQUEST else ""
        about = words or say("No. %(n)s", n=fact.id)
        found[number] = replace(each, about=about, contact=name_of(fact.met, fact.contact))
    return found


def _more(ids: set[int]) -> dict[int, Any]:
    """The contact is whom one met on the visit that it was promised on, else the firm's first."""
    origin = and_(Followup.origin_kind == "visit", Visit.id == Followup.origin_id)
    columns = (Followup.id, Followup.kind, Followup.text, Visit.met, Contact.name.label("contact"))
    query = select(*columns).outerjoin(Visit, origin).outerjoin(Contact, first_of(Followup.enterprise_id))
    query = query.where(among(Followup.id, ids))
    return {row.id: row for row in db.session.execute(query)} if ids else {}
