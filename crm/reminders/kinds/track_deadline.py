"""A clock of a track runs out: its commissioner is told so many days before, each time once.

`basis` is the day on which the clock began and the one on which it ends, `step` how many days before. The mail names
neither track nor clock: of a plan nothing leaves the house.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import String, case, cast, func, select

from crm.accounts.models import User
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.cultivation import deadlines
from crm.cultivation.models import Track, TrackSpan
from crm.cultivation.rules.deadlines import Due
from crm.cultivation.words import kind_word
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE
from crm.enterprises.serving_models import Assignment
from crm.reminders.kind import Kind, Line
from crm.reminders.models import STANDS, Reminder

NAME, SUBJECT = "track_deadline", "track"


def due(today: date) -> list[dict[str, Any]]:
    facts = {row.id: row for row in db.session.execute(_running(today))}
    clocks = deadlines.of(facts)
    rows = ((facts[number], clock, clock.reached(today)) for number, clock in clocks.items())
    return [_row(fact, clock, step, today) for fact, clock, step in rows if step is not None]


def _running(today: date) -> Any:
    """Tracks of served firms whose clock may have come near, unless its last reminder has told the commissioner."""
    a, r = Assignment, Reminder
    lasts = {code: min(words.remind, default=0) for code, words in deadlines.clocks().items()}
    began = case((Track.is_open, TrackSpan.from_on), else_=Track.since_on)
    of_clock = case((Track.is_open, TrackSpan.state), else_=Track.state)
    told = select(r.id).where(
        r.kind == NAME, STANDS, r.subject_kind == SUBJECT, r.subject_id == Track.id,
        r.recipient_id == a.commissioner_id, func.substr(r.basis, 1, 10) == cast(began, String),
        r.step == case(lasts, value=of_clock, else_=0),
    )  # fmt: skip
    return (
        select(Track.id, Track.enterprise_id, a.commissioner_id)
        .outerjoin(TrackSpan, TrackSpan.track_id == Track.id)
        .join(Enterprise, Enterprise.id == Track.enterprise_id)
        .join(a, (a.enterprise_id == Track.enterprise_id) & a.ended_on.is_(None))
        .join(User, User.id == a.commissioner_id)
        .where(IN_ZONE, User.active.is_(True), deadlines.may_be_due(today), ~told.exists())
        .order_by(Track.id)
    )


def _row(fact: Any, clock: Due, step: int, today: date) -> dict[str, Any]:
    return {
        "kind": NAME, "subject_kind": SUBJECT, "subject_id": fact.id, "enterprise_id": fact.enterprise_id,
        "step": step, "basis": _basis(clock), "recipient_id": fact.commissioner_id, "due_on": today,
    }  # fmt: skip


def _basis(clock: Due) -> str:
    return f"{clock.since.isoformat()}/{clock.on.isoformat()}"


def _facts(reminders: Sequence[Reminder]) -> dict[int, Any]:
    e, a, ids = Enterprise, Assignment, {r.subject_id for r in reminders}
    query = select(Track.id, Track.kind, e.id.label("firm"), e.name, e.short_name, a.commissioner_id)
    query = query.join(e, e.id == Track.enterprise_id)
    query = query.outerjoin(a, (a.enterprise_id == e.id) & a.ended_on.is_(None)).where(among(Track.id, ids))
    return {row.id: row for row in db.session.execute(query)} if ids else {}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = _facts(reminders)
    clocks = deadlines.of(known)
    return {r.id: why for r in reminders if (why := _why_gone(r, known.get(r.subject_id), clocks.get(r.subject_id)))}


def _why_gone(reminder: Reminder, fact: Any, clock: Due | None) -> str:
    if fact is None or clock is None or _basis(clock) != reminder.basis:
        return "overtaken"
    return "" if fact.commissioner_id == reminder.recipient_id else "somebody else has it"


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known = _facts(reminders)
    clocks = deadlines.of(known)
    told = (r for r in reminders if r.subject_id in clocks)
    return {r.id: _line(known[r.subject_id], clocks[r.subject_id]) for r in told}


def _line(fact: Any, clock: Due) -> Line:
    what = say("%(track)s: %(clock)s", track=kind_word(fact.kind), clock=clock.words)
    values = {"enterprise_id": fact.firm, "tab": "tracks"}
    return Line(what, say("A day to keep in view"), fact.short_name or fact.name, clock.on, "desk.enterprise", values)


KIND = Kind(
    NAME,
    say("Days to keep in view"),
    say("You serve this enterprise, and a term that runs there comes to its end."),
    due,
    gone,
    lines,
)
