"""Tracks stand still: one line a week for the manager of their unit, with nothing but their number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from crm.accounts.models import Post, User
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.queries import insert_new
from crm.core.words import say
from crm.cultivation import standstill
from crm.jobs.models import Once
from crm.permissions import Domain, Role
from crm.reminders.kind import Kind, Line
from crm.reminders.models import Reminder
from crm.workdays.queries import calendar

NAME, SUBJECT = "tracks_stalled", "user"


def due(today: date) -> list[dict[str, Any]]:
    """From the first working day of a week on, once a week; a week without one has no line."""
    monday = today - timedelta(days=today.weekday())
    if today < calendar().roll(monday).on or not insert_new(Once, [{"key": _key(monday), "at": clock.now()}]):
        return []
    return [_row(person.id, monday, today) for person in _managers(today) if standstill.how_many(person)]


def _key(monday: date) -> str:
    return f"{NAME}:{monday.isoformat()}"


def _managers(today: date) -> Sequence[User]:
    holds = (Post.since <= today, or_(Post.until.is_(None), Post.until > today))
    about = or_(Post.domain.is_(None), Post.domain == Domain.LISTING)
    posts = select(Post.user_id).where(Post.role == Role.MANAGER, about, *holds)
    return db.session.scalars(select(User).where(User.active.is_(True), User.id.in_(posts)).order_by(User.id)).all()


def _row(person_id: int, monday: date, today: date) -> dict[str, Any]:
    return {
        "kind": NAME, "subject_kind": SUBJECT, "subject_id": person_id, "enterprise_id": None, "step": 0,
        "basis": monday.isoformat(), "recipient_id": person_id, "due_on": today,
    }  # fmt: skip


def _counts(reminders: Sequence[Reminder]) -> dict[int, int]:
    ids = {r.recipient_id for r in reminders}
    people = db.session.scalars(select(User).where(among(User.id, ids))) if ids else ()
    return {person.id: standstill.how_many(person) for person in people}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    counts = _counts(reminders)
    return {r.id: "none stands still" for r in reminders if not counts.get(r.recipient_id)}


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    counts = _counts(reminders)
    return {r.id: _line(counts[r.recipient_id]) for r in reminders if counts.get(r.recipient_id)}


def _line(n: int) -> Line:
    what = say("%(n)s tracks have stood still for half as long again as planned", n=n)
    return Line(what, what, "", None, "track_steps.stalled", {})


KIND = Kind(
    NAME,
    say("Standing still"),
    say("You lead the unit that serves these enterprises; you are told once a week."),
    due,
    gone,
    lines,
)
