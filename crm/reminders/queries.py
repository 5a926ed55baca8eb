"""A person's notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, or_, select

from crm.accounts.models import Unit, User
from crm.accounts.queries import people_clause
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.enterprises.queries import of_visible
from crm.followups.models import Followup, FollowupState
from crm.permissions import Permission
from crm.reminders.models import Reminder, ReminderState
from crm.visits.models import Visit, VisitState

OF_OWNERS = ("followup_due", "followup_overdue")
OF_PLANS = ("visit_tomorrow", "visit_timed")
HIDDEN = (ReminderState.CANCELLED, ReminderState.MUTED)


def shown_to(user_id: Any) -> ColumnElement[bool]:
    """Also over a parameter, for statements that are built once."""
    return (Reminder.recipient_id == user_id) & Reminder.state.not_in(HIDDEN)


def is_unread() -> ColumnElement[bool]:
    """Not yet marked, and not about what is settled, which nags nobody: a promise done, passed on or put off, a plan
    carried out or moved. As `kind.gone` says it, in SQL."""
    theirs = or_(Followup.owner_id.is_(None), Followup.owner_id != Reminder.recipient_id)
    later = cast(Followup.due_on, String) != func.substr(Reminder.basis, 1, 10)
    settled = Reminder.kind.in_(OF_OWNERS) & or_(theirs, later)
    promise = select(Followup.id).where(
        Reminder.subject_kind == "followup", Followup.id == Reminder.subject_id,
        or_(Followup.state != FollowupState.OPEN, settled),
    )  # fmt: skip
    moved = or_(
        Visit.author_id != Reminder.recipient_id, cast(Visit.visited_on, String) != func.substr(Reminder.basis, 1, 10)
    )
    plan = select(Visit.id).where(
        Reminder.kind.in_(OF_PLANS), Visit.id == Reminder.subject_id, or_(Visit.state != VisitState.PLANNED, moved)
    )
    return Reminder.read_at.is_(None) & ~promise.exists() & ~plan.exists()


def unread_among(ids: Sequence[int]) -> set[int]:
    """Which of these notices the bell counts."""
    return set(db.session.scalars(select(Reminder.id).where(among(Reminder.id, ids), is_unread())))


def of(user: User, kind: str = "") -> Select[Reminder]:
    """The newest first."""
    mine = select(Reminder).where(shown_to(user.id)).order_by(Reminder.id.desc())
    return mine.where(Reminder.kind == kind) if kind else mine


def by_kind(user: User) -> dict[str, int]:
    """Kinds this person has notices of → how many are unread."""
    unread_of = func.sum(case((is_unread(), 1), else_=0))
    rows = db.session.execute(select(Reminder.kind, unread_of).where(shown_to(user.id)).group_by(Reminder.kind))
    return {kind: int(count) for kind, count in rows}


def unread(user: User) -> int:
    counted = select(func.count()).select_from(Reminder).where(shown_to(user.id), is_unread())
    return db.session.scalar(counted) or 0


@dataclass(frozen=True)
class Told:
    """What one person was told on a day: how many of each kind."""

    name: str
    unit: str
    has_address: bool
    counts: dict[str, int]


def of_unit(user: User, day: date) -> list[Told]:
    """The people of the units this user leads or keeps the ledger of, by unit and name; only firms he may see count."""
    begins, ends = clock.at(day, 0), clock.at(day + timedelta(days=1), 0)
    counted = (
        select(User.id, User.name, Unit.name.label("unit"), User.email, Reminder.kind, func.count().label("n"))
        .join(Reminder, Reminder.recipient_id == User.id)
        .join(Unit, Unit.id == User.unit_id)
        .where(Reminder.planned_at >= begins, Reminder.planned_at < ends)
        .where(Reminder.state.not_in(HIDDEN), people_clause(user, Permission.ASSIGN_FIRST))
        .where(or_(Reminder.enterprise_id.is_(None), of_visible(Reminder, user)))
        .group_by(User.id, User.name, User.name_pinyin, User.email, Unit.id, Unit.name, Unit.sort, Reminder.kind)
        .order_by(Unit.sort, Unit.id, User.name_pinyin, User.id)
    )
    found: dict[int, Told] = {}
    for row in db.session.execute(counted):
        told = found.setdefault(row.id, Told(row.name, row.unit, row.email is not None, {}))
        told.counts[row.kind] = row.n
    return list(found.values())
