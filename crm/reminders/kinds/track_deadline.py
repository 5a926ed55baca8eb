"""A clock of a track runs out: its commissioner is told so many days before, each time once; of a firm that nobody
serves the manager of its unit, until somebody does.

`basis` is the day on which the clock began and the one on which it ends, `step` how many days before. The mail names
neither track nor clock: of a plan nothing leaves the house.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased

from crm.accounts.models import Post, Unit, User
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.cultivation import deadlines
from crm.cultivation.models import Track, TrackSpan
from crm.cultivation.queries import seen_beside
from crm.cultivation.rules.deadlines import Due
from crm.cultivation.words import kind_word
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE, within
from crm.enterprises.serving_models import Assignment
from crm.permissions import Permission
from crm.reminders import nearest
from crm.reminders.kind import Kind, Line
from crm.reminders.models import STANDS, Reminder

NAME, SUBJECT = "track_deadline", "track"


def due(today: date) -> list[dict[str, Any]]:
    facts = {row.id: row for row in db.session.execute(_running(today))}
    clocks = deadlines.of(facts)
    steps = {number: step for number, it in clocks.items() if (step := it.reached(today)) is not None}
    whom = _whom([facts[number] for number in steps], today)
    return [
        _row(facts[number], clocks[number], step, person, today)
        for number, step in steps.items()
        for person in whom[number]
    ]


def _running(today: date) -> Any:
    """Tracks whose clock may have come near, unless its last reminder has told whoever has to know."""
    lasts = {code: min(words.remind, default=0) for code, words in deadlines.clocks().items()}
    began = case((Track.is_open, TrackSpan.from_on), else_=Track.since_on)
    of_clock = case((Track.is_open, TrackSpan.state), else_=Track.state)
    r = Reminder
    told = select(r.id).where(
        r.kind == NAME, STANDS, r.subject_kind == SUBJECT, r.subject_id == Track.id, _hears_it(today),
        func.substr(r.basis, 1, 10) == cast(began, String), r.step == case(lasts, value=of_clock, else_=0),
    )  # fmt: skip
    near = (IN_ZONE, deadlines.may_be_due(today), ~told.exists())
    return _facts().outerjoin(TrackSpan, TrackSpan.track_id == Track.id).where(*near).order_by(Track.id)


def _facts() -> Any:
    """With the commissioner, None where nobody serves or who did has left, and the path of the firm's unit."""
    e, a = Enterprise, Assignment
    shown = (
        Track.id,
        Track.kind,
        Track.enterprise_id,
        e.name,
        e.short_name,
        User.id.label("commissioner_id"),
        Unit.path,
    )
    query = select(*shown).join(e, e.id == Track.enterprise_id).join(Unit, Unit.id == e.unit_id)
    query = query.outerjoin(a, (a.enterprise_id == e.id) & a.ended_on.is_(None))
    return query.outerjoin(User, (User.id == a.commissioner_id) & User.active.is_(True))


def _hears_it(today: date) -> ColumnElement[bool]:
    """The recipient is the commissioner; where there is none, a manager above the firm's unit."""
    leads, person = aliased(Unit), aliased(User)
    above = select(Post.id).join(leads, leads.id == Post.unit_id).join(person, person.id == Post.user_id)
    above = above.where(Post.user_id == Reminder.recipient_id, Unit.path.startswith(leads.path))
    managers = above.where(*nearest.holds(today, person)).correlate(Unit, Reminder)
    return or_(Reminder.recipient_id == User.id, and_(User.id.is_(None), managers.exists()))


def _whom(facts: Sequence[Any], today: date) -> dict[int, list[int]]:
    """By track: its commissioner, or the nearest managers who see it and may give the firm one."""
    served = {f.id: [f.commissioner_id] for f in facts if f.commissioner_id is not None}
    return served | nearest.told({f.id: f.path for f in facts if f.id not in served}, _seen, today)


def _seen(person: User, ids: Collection[int]) -> Sequence[int]:
    query = select(Track.id).join(Enterprise, Enterprise.id == Track.enterprise_id)
    may = (seen_beside(person), within(person, Permission.ASSIGN))
    return db.session.scalars(query.where(among(Track.id, ids), *may)).all()


def _row(fact: Any, due: Due, step: int, person_id: int, today: date) -> dict[str, Any]:
    return {
        "kind": NAME, "subject_kind": SUBJECT, "subject_id": fact.id, "enterprise_id": fact.enterprise_id,
        "step": step, "basis": _basis(due), "recipient_id": person_id, "due_on": today,
    }  # fmt: skip


def _basis(due: Due) -> str:
    return f"{due.since.isoformat()}/{due.on.isoformat()}"


def _known(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids = {r.subject_id for r in reminders}
    return {row.id: row for row in db.session.execute(_facts().where(among(Track.id, ids)))} if ids else {}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = _known(reminders)
    clocks, whom = deadlines.of(known), _whom(list(known.values()), clock.today())
    return {r.id: why for r in reminders if (why := _why_gone(r, whom.get(r.subject_id, ()), clocks.get(r.subject_id)))}


def _why_gone(reminder: Reminder, whom: Sequence[int], due: Due | None) -> str:
    if due is None or _basis(due) != reminder.basis:
        return "overtaken"
    return "" if reminder.recipient_id in whom else "somebody else has it"


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known = _known(reminders)
    clocks = deadlines.of(known)
    told = (r for r in reminders if r.subject_id in clocks)
    return {r.id: _line(known[r.subject_id], clocks[r.subject_id]) for r in told}


def _line(fact: Any, due: Due) -> Line:
    named = {"track": kind_word(fact.kind), "clock": due.words}
    what = say("%(track)s: %(clock)s", **named)
    if fact.commissioner_id is None:
        what = say("%(track)s: %(clock)s, and nobody serves the enterprise", **named)
    values = {"enterprise_id": fact.enterprise_id, "tab": "tracks"}
    return Line(what, say("A day to keep in view"), fact.short_name or fact.name, due.on, "desk.enterprise", values)


KIND = Kind(
    NAME,
    say("Days to keep in view"),
    say("You serve this enterprise, or nobody does and you may assign it; a term that runs there comes to its end."),
    due,
    gone,
    lines,
)
