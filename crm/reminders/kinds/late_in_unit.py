"""A promise stays overdue for days: the manager of its owner's unit is told, once for each promise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.among import among
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import of_visible
from crm.followups.models import Followup, FollowupState
from crm.permissions import Permission
from crm.reminders import nearest
from crm.reminders.kind import Kind, Line
from crm.reminders.kinds import promises
from crm.reminders.models import STANDS, Reminder
from crm.workdays.queries import calendar

NAME = "late_in_unit"
DAYS = "late_days"


def due(today: date) -> list[dict[str, Any]]:
    """Open promises whose day passed that many working days ago and that no manager has been told of."""
    days, limit = calendar(), bureau(DAYS)
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == promises.SUBJECT, Reminder.subject_id == Followup.id
    )
    late = (Followup.state == FollowupState.OPEN, Followup.due_on <= today - timedelta(days=limit), ~told.exists())
    found = [f for f in db.session.execute(_facts().where(*late)) if days.between(f.due_on, today).count >= limit]
    whom = _told(found, today)
    return [_row(f, person, today) for f in found for person in whom[f.id]]


def _row(fact: Any, person_id: int, today: date) -> dict[str, Any]:
    return {
        "kind": NAME, "subject_kind": promises.SUBJECT, "subject_id": fact.id, "enterprise_id": fact.enterprise_id,
        "step": 0, "basis": fact.due_on.isoformat(), "recipient_id": person_id, "due_on": today,
    }  # fmt: skip


def _facts() -> Any:
    """With the path of the owner's unit."""
    return (
        select(
            Followup.id, Followup.enterprise_id, Followup.owner_id, Followup.due_on, Followup.state, Followup.text,
            Enterprise.name, Enterprise.short_name, User.name.label("owner"), Unit.path.label("home"),
        )
        .join(Enterprise, Enterprise.id == Followup.enterprise_id)
        .join(User, User.id == Followup.owner_id)
        .join(Unit, Unit.id == User.unit_id)
        .order_by(Followup.due_on, Followup.id)
    )  # fmt: skip


def _told(facts: Sequence[Any], today: date) -> dict[int, list[int]]:
    """By promise; nobody is told of himself."""
    return nearest.told({f.id: f.home for f in facts}, _seen, today, own={f.id: f.owner_id for f in facts})


def _seen(person: User, ids: Collection[int]) -> Sequence[int]:
    visible = (among(Followup.id, ids), of_visible(Followup, person, Permission.FOLLOWUP_VIEW))
    return db.session.scalars(select(Followup.id).where(*visible)).all()


def _known(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids = {r.subject_id for r in reminders}
    return {f.id: f for f in db.session.execute(_facts().where(among(Followup.id, ids)))} if ids else {}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = _known(reminders)
    whom = _told(list(known.values()), clock.today())
    return {r.id: reason for r in reminders if (reason := _why_gone(r, known.get(r.subject_id), whom))}


def _why_gone(reminder: Reminder, fact: Any, whom: Mapping[int, Sequence[int]]) -> str:
    if fact is None or fact.state != FollowupState.OPEN:
        return "done" if fact is not None and fact.state == FollowupState.DONE else "cancelled"
    if fact.due_on.isoformat() != reminder.basis:
        return "moved to another day"
    return "" if reminder.recipient_id in whom[fact.id] else "another unit has it"


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known, days = _known(reminders), calendar()
    return promises.told_apart({r.id: _line(r, known[r.subject_id], days) for r in reminders if r.subject_id in known})


def _line(reminder: Reminder, fact: Any, days: Any) -> Line:
    late = {"n": days.between(fact.due_on, reminder.due_on).count, "owner": fact.owner}
    what = say("Overdue in my unit: %(text)s (%(owner)s, for %(n)s working days)", text=fact.text, **late)
    mail = say("Overdue in my unit (%(owner)s, for %(n)s working days)", **late)
    values = {"followup_id": fact.id}
    return Line(what, mail, fact.short_name or fact.name, fact.due_on, "followups.followup", values)


KIND = Kind(
    NAME,
    say("Follow-up overdue in my unit"),
    say("You lead the unit of the colleague who promised this, and it has been overdue for days."),
    due,
    gone,
    lines,
    most=20,
)
