"""Somebody else corrected, voided or moved my visit, or changed what I had planned: each act is told once.

`basis` is the id of its entry in the record. What an import changed is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, cast, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.words import Say, say
from crm.enterprises.models import Enterprise
from crm.reminders.kind import Kind, Line
from crm.reminders.models import STANDS, Reminder
from crm.timeline import Entry
from crm.visits.models import Visit, VisitState

NAME, SUBJECT = "visit_amended", "visit"
BACK = timedelta(days=14)
ACTS: dict[str, Say] = {
    "visit.edited": say("%(who)s corrected your visit"),
    "visit.voided": say("%(who)s voided your visit"),
    "visit.restored": say("%(who)s brought your voided visit back"),
    "visit.moved_here": say("%(who)s moved your visit to this enterprise"),
    "visit.replanned": say("%(who)s moved your planned visit to another day"),
}
CALLED_OFF = say("%(who)s called your planned visit off")


def due(today: date) -> list[dict[str, Any]]:
    """Within a fortnight, so that a downtime loses nothing."""
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == SUBJECT, Reminder.subject_id == Visit.id,
        Reminder.basis == cast(Entry.id, String), Reminder.recipient_id == Visit.author_id,
    )  # fmt: skip
    found = db.session.execute(
        select(Entry.id.label("entry"), Visit.id, Visit.enterprise_id, Visit.author_id)
        .join(Visit, Visit.id == Entry.subject_id)
        .join(User, User.id == Visit.author_id)
        .where(
            Entry.kind.in_(ACTS), Entry.at >= clock.at(today - BACK, 0), Entry.via != "import",
            Entry.actor_id != Visit.author_id, User.active.is_(True), ~told.exists(),
        )
        .order_by(Entry.id)
    )  # fmt: skip
    return [
        {
            "kind": NAME, "subject_kind": SUBJECT, "subject_id": f.id, "enterprise_id": f.enterprise_id, "step": 0,
            "basis": str(f.entry), "recipient_id": f.author_id, "due_on": today,
        }
        for f in found
    ]  # fmt: skip


def _facts(reminders: Sequence[Reminder]) -> dict[int, Any]:
    """By the entry."""
    ids = {int(r.basis) for r in reminders}
    query = (
        select(
            Entry.id.label("entry"), Entry.kind, Entry.actor_name, Visit.id, Visit.state, Visit.author_id, Visit.met,
            Visit.is_not_met, Visit.visited_on, Enterprise.name, Enterprise.short_name,
        )
        .join(Visit, Visit.id == Entry.subject_id)
        .join(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(among(Entry.id, ids))
    )  # fmt: skip
    return {f.entry: f for f in db.session.execute(query)} if ids else {}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = _facts(reminders)
    return {r.id: reason for r in reminders if (reason := _why_gone(r, known.get(int(r.basis))))}


def _why_gone(reminder: Reminder, fact: Any) -> str:
    if fact is None:
        return "cancelled"
    if fact.author_id != reminder.recipient_id:
        return "somebody else has it"
    is_void = fact.state == VisitState.VOIDED
    undone = (fact.kind == "visit.voided" and not is_void) or (fact.kind == "visit.restored" and is_void)
    return "taken back" if undone else ""


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known = _facts(reminders)
    return {r.id: _line(known[int(r.basis)]) for r in reminders if int(r.basis) in known}


def _line(fact: Any) -> Line:
    is_plan = fact.kind == "visit.voided" and not (fact.met or fact.is_not_met)
    what = Say((CALLED_OFF if is_plan else ACTS[fact.kind]).msgid, {"who": fact.actor_name})
    return Line(what, what, fact.short_name or fact.name, fact.visited_on, "desk.visit", {"visit_id": fact.id})


KIND = Kind(
    NAME,
    say("My visit changed by others"),
    say("A manager or whoever entered it changed the record of your visit; its page says what and why."),
    due,
    gone,
    lines,
    each_act=True,
)
