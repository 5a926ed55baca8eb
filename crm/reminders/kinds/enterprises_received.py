"""Enterprises were assigned to somebody: one line per person and day (新增服务企业 15 家).

By hand, by order or by hand-over it goes into the next mail too; what an import or a command assigned, in the app only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all, update

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.serving_models import Assignment
from crm.reminders import mornings
from crm.reminders.kind import Kind, Line
from crm.reminders.models import Reminder
from crm.timeline import Entry

NAME, BY_HAND, SUBJECT = "enterprises_received", "enterprises_handed", "user"
DAYS_BACK, AT_MOST = 3, 90
"""Days looked at, today among them: always the last three, and after a downtime as many as nothing ran."""
MADE = ("assignment.opened", "assignment.handed_over")


def due(name: str, today: date) -> list[dict[str, Any]]:
    """Also for the days before, so that no night and no downtime loses anybody's line."""
    asked = union_all(*(_of_day(name, day) for day in _days(today)))
    return [
        {
            "kind": name, "subject_kind": SUBJECT, "subject_id": person, "enterprise_id": None, "step": 0,
            "basis": day, "recipient_id": person, "due_on": date.fromisoformat(day),
        }
        for person, day in db.session.execute(asked)
    ]  # fmt: skip


def _days(today: date) -> Iterator[date]:
    """From the last working morning on which mails were posted: what came on that day may not have been told."""
    posted = mornings.last(today - timedelta(days=1))
    idle = (today - clock.local(posted).date()).days + 1 if posted else 0
    return (today - timedelta(days=n) for n in reversed(range(min(max(idle, DAYS_BACK), AT_MOST))))


def renew(name: str, today: date) -> None:
    """A line stands for all of its day: read in the morning, it is unread again when more came in the afternoon."""
    read = (Reminder.kind == name, Reminder.read_at.is_not(None))
    grown = or_(*(and_(Reminder.basis == day.isoformat(), _more_on(name, day).exists()) for day in _days(today)))
    unread = update(Reminder).where(*read, grown).values(read_at=None)
    db.session.execute(unread.execution_options(synchronize_session=False))


def _more_on(name: str, day: date) -> Select[int]:
    return select(Assignment.id).where(
        Assignment.commissioner_id == Reminder.recipient_id, _opened_on(day), _came(name),
        Assignment.ended_on.is_(None), Assignment.created_at > Reminder.read_at,
    )  # fmt: skip


def _of_day(name: str, day: date) -> Select[*tuple[Any, ...]]:
    """Who has not been told of that day, and the day."""
    told = select(Reminder.id).where(
        Reminder.kind == name, Reminder.subject_kind == SUBJECT, Reminder.subject_id == Assignment.commissioner_id,
        Reminder.step == 0, Reminder.basis == day.isoformat(), Reminder.recipient_id == Assignment.commissioner_id,
    )  # fmt: skip
    return (
        select(Assignment.commissioner_id, literal(day.isoformat()))
        .join(User, User.id == Assignment.commissioner_id)
        .where(_opened_on(day), _came(name), Assignment.ended_on.is_(None), User.active.is_(True), ~told.exists())
        .distinct()
    )


def _came(name: str) -> ColumnElement[bool]:
    """How the assignment came about, as the record tells it: somebody made it himself, or it came in a list."""
    by_hand = select(Entry.id).where(
        Entry.subject_kind == "assignment", Entry.subject_id == Assignment.id, Entry.kind.in_(MADE),
        Entry.actor_id.is_not(None), Entry.via != "import",
    )  # fmt: skip
    return by_hand.exists() if name == BY_HAND else ~by_hand.exists()


def _opened_on(day: date) -> Any:
    begins, ends = clock.at(day, 0), clock.at(day + timedelta(days=1), 0)
    return (Assignment.created_at >= begins) & (Assignment.created_at < ends)


def gone(_reminders: Sequence[Reminder]) -> dict[int, str]:
    return {}


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    """Counted when shown: an import that ran in two parts on one day is still one line."""
    if not reminders:
        return {}
    days = [date.fromisoformat(r.basis) for r in reminders]
    counts = _received(reminders[0].kind, {r.recipient_id for r in reminders}, days)
    return {r.id: _line(date.fromisoformat(r.basis), counts[r.recipient_id, r.basis]) for r in reminders}


def _received(name: str, people: set[int], days: list[date]) -> Counter[tuple[int, str]]:
    """How many enterprises each of these people got on each day of the range; one statement."""
    within = (Assignment.created_at >= clock.at(min(days), 0)) & (
        Assignment.created_at < clock.at(max(days) + timedelta(days=1), 0)
    )
    rows = db.session.execute(
        select(Assignment.commissioner_id, Assignment.created_at).where(
            Assignment.commissioner_id.in_(people), within, _came(name)
        )
    )
    return Counter((row.commissioner_id, clock.local(row.created_at).date().isoformat()) for row in rows)


def _line(day: date, count: int) -> Line:
    what = say("Enterprises you now serve: %(n)s more", n=count)
    return Line(what, what, "", day, "desk.enterprises", {"commissioner": "me"})


KIND = Kind(
    NAME,
    say("Enterprises received by a list"),
    say("An import made you the commissioner of enterprises on that day."),
    partial(due, NAME),
    gone,
    lines,
    by_mail=False,
    renew=partial(renew, NAME),
)
HANDED = Kind(
    BY_HAND,
    say("Enterprises received"),
    say("You became the commissioner of enterprises on that day."),
    partial(due, BY_HAND),
    gone,
    lines,
    next_day=True,
    renew=partial(renew, BY_HAND),
)
