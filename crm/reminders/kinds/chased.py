"""催办: asked by hand to move on with a follow-up or to visit a firm: a notice at once, a line in the next mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, cast, select

from crm.accounts.models import User
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.followups.chase_models import Chase
from crm.followups.models import Followup, FollowupState
from crm.reminders.kind import Kind, Line
from crm.reminders.kinds.promises import told_apart
from crm.reminders.models import STANDS, Reminder

NAME = "chased"
DAYS_BACK = 10
"""Downtime longer than this heals by the kinds that tell of the thing itself."""


def due(today: date) -> list[dict[str, Any]]:
    told = select(Reminder.id).where(
        Reminder.kind == NAME, Reminder.subject_kind == Chase.subject_kind, Reminder.subject_id == Chase.subject_id,
        STANDS, Reminder.step == 0, Reminder.basis == cast(Chase.day, String), Reminder.recipient_id == Chase.to_id,
    )  # fmt: skip
    rows = db.session.execute(
        select(Chase.subject_kind, Chase.subject_id, Chase.enterprise_id, Chase.to_id, Chase.day)
        .join(User, User.id == Chase.to_id)
        .where(Chase.day > today - timedelta(days=DAYS_BACK), User.active.is_(True), ~told.exists())
        .order_by(Chase.id)
    )
    return [
        {
            "kind": NAME, "subject_kind": row.subject_kind, "subject_id": row.subject_id, "step": 0,
            "enterprise_id": row.enterprise_id, "basis": row.day.isoformat(), "recipient_id": row.to_id,
            "due_on": row.day,
        }
        for row in rows
    ]  # fmt: skip


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    """Settled, somebody else's by now, or visited since."""
    promises, firms = _promises(reminders), _firms(reminders)
    found = {}
    for each in reminders:
        is_promise = each.subject_kind == "followup"
        fact = (promises if is_promise else firms).get(each.subject_id)
        if reason := _why_gone(each, fact, is_promise):
            found[each.id] = reason
    return found


def _why_gone(reminder: Reminder, fact: Any, is_promise: bool) -> str:
    if fact is None:
        return "cancelled"
    if fact.whose != reminder.recipient_id:
        return "somebody else has it"
    if is_promise:
        return "" if fact.state == FollowupState.OPEN else "done"
    return "visited" if fact.last_visit_on is not None and fact.last_visit_on >= reminder.due_on else ""


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    promises, firms = _promises(reminders), _firms(reminders)
    asked = {r.id: _of_promise(promises[r.subject_id]) for r in reminders
             if r.subject_kind == "followup" and r.subject_id in promises}  # fmt: skip
    firmly = {r.id: _of_firm(firms[r.subject_id]) for r in reminders
              if r.subject_kind == "enterprise" and r.subject_id in firms}  # fmt: skip
    return {**told_apart(asked), **firmly}


def _of_promise(fact: Any) -> Line:
    what = say("You are asked to move on: %(text)s", text=fact.text)
    mail = say("You are asked to move on with a follow-up")
    values = {"followup_id": fact.id}
    return Line(what, mail, fact.short_name or fact.name, fact.due_on, "followups.followup", values)


def _of_firm(fact: Any) -> Line:
    what = say("You are asked to visit the enterprise")
    return Line(what, what, fact.short_name or fact.name, None, "desk.enterprise", {"enterprise_id": fact.id})


def _promises(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids = [r.subject_id for r in reminders if r.subject_kind == "followup"]
    query = select(
        Followup.id, Followup.state, Followup.owner_id.label("whose"), Followup.due_on, Followup.text, Enterprise.name,
        Enterprise.short_name,
    ).join(Enterprise)  # fmt: skip
    return {row.id: row for row in db.session.execute(query.where(among(Followup.id, ids)))} if ids else {}


def _firms(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids = [r.subject_id for r in reminders if r.subject_kind == "enterprise"]
    e, a = Enterprise, Assignment
    query = select(e.id, e.name, e.short_name, e.last_visit_on, a.commissioner_id.label("whose"))
    query = query.outerjoin(a, (a.enterprise_id == e.id) & a.ended_on.is_(None)).where(among(e.id, ids))
    return {row.id: row for row in db.session.execute(query)} if ids else {}


KIND = Kind(
    NAME,
    say("Asked to move on"),
    say("A manager or clerk asked you about it by hand."),
    due,
    gone,
    lines,
)
