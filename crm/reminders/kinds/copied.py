"""抄送: a deputy gets a copy of what the official he stands in for is told about the enterprises covered today.

`basis` is the id of the reminder copied. What is still open when the duty begins is copied too; news only from its
first day on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.serving_models import Assignment, StandIn
from crm.reminders import kind as kinds
from crm.reminders.kind import AT, KINDS, Kind, Line
from crm.reminders.kinds import visit_tomorrow
from crm.reminders.kinds.followup_due import BEFORE
from crm.reminders.models import STANDS, Reminder, ReminderState
from crm.visits.models import Visit

NAME = "copied"
MATTERS = (
    *("followup_due", "followup_overdue", "chased", "visit_timed", "visit_tomorrow", "enterprise_silent"),
    "track_deadline",
)
NEWS = ("visited_by_other", "enterprises_handed")
BACK = timedelta(days=14)


def due(today: date) -> list[dict[str, Any]]:
    away = db.session.scalars(select(StandIn.official_id).where(*_lasts(today))).all()
    if not away:
        return []
    theirs = (Reminder.recipient_id.in_(away), Reminder.planned_at >= clock.at(today - BACK, 0))
    of_kind = func.coalesce(Reminder.kind, "").in_(MATTERS + NEWS)  # its index would lead through everybody's, ever
    wanted = _covered(today).where(*theirs, of_kind, STANDS, ~_told(), ~_his_own())
    newest = {(each.deputy_id, each.subject_kind, each.subject_id): each for each in db.session.execute(wanted)}
    fresh = [each for each in newest.values() if _is_for_him(each, today)]
    fallen = kinds.gone([_as_row(each, each) for each in fresh])
    ahead = visit_tomorrow.mailed_at([each.subject_id for each in fresh if each.kind == visit_tomorrow.NAME], today)
    return [_row(each, today, ahead) for each in fresh if each.id not in fallen]


def _row(each: Any, today: date, ahead: Mapping[int, datetime | None]) -> dict[str, Any]:
    at_once = ahead.get(each.subject_id) if each.kind == visit_tomorrow.NAME else None
    return {
        "kind": NAME, "subject_kind": each.subject_kind, "subject_id": each.subject_id, "step": 0,
        "enterprise_id": each.enterprise_id, "basis": str(each.id), "recipient_id": each.deputy_id,
        "due_on": each.due_on, AT: at_once or _mail_at(each.basis, today),
    }  # fmt: skip


def _is_for_him(each: Any, today: date) -> bool:
    if KINDS[each.kind].next_day and each.basis >= today.isoformat():
        return False
    return each.kind in MATTERS or clock.local(each.planned_at).date() >= each.from_on


def _mail_at(basis: str, today: date) -> datetime | None:
    """As the original: by itself before a time of today, unless that has passed."""
    day, _t, at = basis.partition("T")
    if not at or day != today.isoformat():
        return None
    begins = clock.at(today, int(at[:2]), int(at[3:]))
    return begins - BEFORE if clock.now() < begins else None


def _covered(today: date) -> Any:
    """Reminders beside each deputy who stands in today for their recipient, for that enterprise or for all of his."""
    s, a = StandIn, Assignment
    serves = select(a.id).where(
        a.enterprise_id == Reminder.enterprise_id, a.commissioner_id == s.official_id, a.ended_on.is_(None)
    )
    of_firm = and_(or_(s.enterprise_id.is_(None), s.enterprise_id == Reminder.enterprise_id), serves.exists())
    of_all = and_(Reminder.enterprise_id.is_(None), s.enterprise_id.is_(None))
    return (
        select(*Reminder.__table__.columns, s.deputy_id, s.from_on)
        .join(s, s.official_id == Reminder.recipient_id)
        .join(User, User.id == s.deputy_id)
        .where(*_lasts(today), User.active.is_(True), or_(of_firm, of_all))
        .order_by(Reminder.id)
    )


def _lasts(today: date) -> tuple[ColumnElement[bool], ...]:
    return StandIn.from_on <= today, or_(StandIn.until_on.is_(None), StandIn.until_on > today)


def _told() -> ColumnElement[bool]:
    """A copy about the same matter that is not older than the reminder."""
    copy = aliased(Reminder)
    standing = (copy.kind == NAME, copy.state != ReminderState.CANCELLED, copy.planned_at >= Reminder.planned_at)
    return select(copy.id).where(*standing, *_same(copy)).exists()


def _his_own() -> ColumnElement[bool]:
    """He is told himself, or it is his own visit."""
    own = aliased(Reminder)
    same = (own.kind == Reminder.kind, own.basis == Reminder.basis, own.step == Reminder.step, *_same(own))
    told = select(own.id).where(own.state != ReminderState.CANCELLED, *same)
    by_him = or_(Visit.author_id == StandIn.deputy_id, Visit.entered_by_id == StandIn.deputy_id)
    visit = select(Visit.id).where(Reminder.subject_kind == "visit", Visit.id == Reminder.subject_id, by_him)
    return or_(told.exists(), visit.exists())


def _same(other: Any) -> tuple[ColumnElement[bool], ...]:
    subject = (other.subject_kind == Reminder.subject_kind, other.subject_id == Reminder.subject_id)
    return *subject, other.recipient_id == StandIn.deputy_id


def _originals(copies: Sequence[Reminder]) -> dict[int, Any]:
    """Copy → the reminder it copies, under the copy's id and state, so that its kind answers for the copy."""
    ids = {int(copy.basis) for copy in copies}
    query = select(*Reminder.__table__.columns, User.name).join(User, User.id == Reminder.recipient_id)
    known = {row.id: row for row in db.session.execute(query.where(among(Reminder.id, ids)))} if ids else {}
    return {copy.id: _as_row(known[int(copy.basis)], copy) for copy in copies if int(copy.basis) in known}


def _as_row(original: Any, copy: Any) -> Any:
    return SimpleNamespace(
        **{**original._mapping, "id": copy.id, "state": copy.state, "is_cancelled": original.state == "cancelled"}
    )


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    """With what it copies, and with the duty of the deputy."""
    originals = _originals(reminders)
    fallen, covered = kinds.gone(list(originals.values())), _still_covered(reminders)
    found = {}
    for copy in reminders:
        original = originals.get(copy.id)
        if original is None or original.is_cancelled:
            found[copy.id] = fallen.get(copy.id, "cancelled")
        elif copy.id in fallen:
            found[copy.id] = fallen[copy.id]
        elif (int(copy.basis), copy.recipient_id) not in covered:
            found[copy.id] = "no longer the deputy"
    return found


def _still_covered(copies: Sequence[Reminder]) -> set[tuple[int, int]]:
    ids = {int(copy.basis) for copy in copies}
    query = _covered(clock.today()).where(among(Reminder.id, ids))
    return {(each.id, each.deputy_id) for each in db.session.execute(query)} if ids else set()


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    originals = _originals(reminders)
    words = kinds.lines(list(originals.values()))
    return {number: _line(line, originals[number].name) for number, line in words.items()}


def _line(line: Line, name: str) -> Line:
    values = {"commissioner": name} if line.values.get("commissioner") == "me" else line.values
    what, mail = (say("Copy (you stand in for %(name)s): %(what)s", name=name, what=w)
                  for w in (line.what, line.mail))  # fmt: skip
    return replace(line, what=what, mail=mail, values=values)


KIND = Kind(
    NAME,
    say("Copies for the deputy"),
    say("You stand in for the colleague who serves this enterprise; he is told as well."),
    due,
    gone,
    lines,
)
