"""Enterprises were assigned to somebody: one line per person and day (新增服务企业 15 家), in the app only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.serving_models import Assignment
from crm.reminders.kind import Kind, Line
from crm.reminders.models import Reminder

NAME, SUBJECT = "enterprises_received", "user"
DAYS_BACK = 3


def due(today: date) -> list[dict[str, Any]]:
    """Also for the days before, so that nights and short downtimes lose nobody's line."""
    return [row for n in reversed(range(DAYS_BACK)) for row in _of_day(today - timedelta(days=n))]


def _of_day(day: date) -> list[dict[str, Any]]:
    told = select(Reminder.id).where(
        Reminder.kind == NAME, Reminder.subject_kind == SUBJECT, Reminder.subject_id == Assignment.commissioner_id,
        Reminder.step == 0, Reminder.basis == day.isoformat(), Reminder.recipient_id == Assignment.commissioner_id,
    )  # fmt: skip
    people = db.session.scalars(
        select(Assignment.commissioner_id)
        .join(User, User.id == Assignment.commissioner_id)
        .where(_opened_on(day), Assignment.ended_on.is_(None), User.active.is_(True), ~told.exists())
        .distinct()
    )
    return [
        {
            "kind": NAME, "subject_kind": SUBJECT, "subject_id": person, "enterprise_id": None, "step": 0,
            "basis": day.isoformat(), "recipient_id": person, "due_on": day,
        }
        for person in people
    ]  # fmt: skip


def _opened_on(day: date) -> Any:
    begins = clock.at(day, 0)
    return (Assignment.created_at >= begins) & (Assignment.created_at < begins + timedelta(days=1))


def gone(_reminders: Sequence[Reminder]) -> dict[int, str]:
    return {}


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    """Counted when shown: an import that ran in two parts on one day is still one line."""
    counts = _received({r.recipient_id for r in reminders}, [date.fromisoformat(r.basis) for r in reminders])
    return {r.id: _line(date.fromisoformat(r.basis), counts[r.recipient_id, r.basis]) for r in reminders}


def _received(people: set[int], days: list[date]) -> Counter[tuple[int, str]]:
    """How many enterprises each of these people got on each day of the range; one statement."""
    if not days:
        return Counter()
    within = (Assignment.created_at >= clock.at(min(days), 0)) & (
        Assignment.created_at < clock.at(max(days) + timedelta(days=1), 0)
    )
    rows = db.session.execute(
        select(Assignment.commissioner_id, Assignment.created_at).where(Assignment.commissioner_id.in_(people), within)
    )
    return Counter((row.commissioner_id, clock.local(row.created_at).date().isoformat()) for row in rows)


def _line(day: date, count: int) -> Line:
    what = say("Enterprises you now serve: %(n)s more", n=count)
    return Line(what, what, "", day, "desk.enterprises", {"commissioner": "me"})


KIND = Kind(
    NAME,
    say("Enterprises received"),
    say("You became the commissioner of enterprises on that day."),
    due,
    gone,
    lines,
    by_mail=False,
)
