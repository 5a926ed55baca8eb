"""Home: what is mine today, then how my unit stands. Every number opens its list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, case, func, or_, select

from crm.accounts import User, everyone, signed_in
from crm.accounts.models import Unit
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.web import page
from crm.core.words import _
from crm.desk.views import bp
from crm.enterprises import filters
from crm.enterprises.models import Enterprise, Merge, Standing
from crm.enterprises.queries import of_visible, served_by, within
from crm.enterprises.serving_models import Assignment, Liaison
from crm.followups import queries as followups
from crm.followups.models import Followup
from crm.permissions import Permission

SHOWN = 8
OVERSEES = Permission.HISTORY_VIEW
"""Who has it reads over a unit or over everything: manager, leader, clerk, auditor, administrator."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Number:
    value: int
    label: str
    url: str


@dataclass(frozen=True)
class Owed:
    """My promises up to a week ahead, parted by day."""

    overdue: list[Followup]
    today: list[Followup]
    soon: list[Followup]


@bp.get("/")
@everyone
def home() -> ResponseReturnValue:
    me, today, days = signed_in(), clock.today(), bureau("silence_days")
    return page(
        "desk/home.html",
        owed=owed_by(me, today),
        silent=silent_of(me, today, days),
        served=db.session.scalar(select(func.count()).select_from(served_by(me).subquery())) or 0,
        numbers=numbers_of(me, today, days),
        late_by_person=_late_by_person(me, today),
        without_owner=_without_owner(me),
        linked=linked_to(me),
        is_new=me.may(OVERSEES) and db.session.scalar(select(Enterprise.id).limit(1)) is None,
    )


def owed_by(me: User, today: date) -> Owed:
    mine = db.session.scalars(followups.with_firm(followups.open_of(me, until=today + WEEK))).all()
    return Owed(
        overdue=[f for f in mine if f.due_on < today],
        today=[f for f in mine if f.due_on == today],
        soon=[f for f in mine if f.due_on > today],
    )


def silent_of(me: User, today: date, days: int) -> Sequence[Enterprise]:
    """The firms I serve that were never visited or not for so many days, the longest silence first."""
    long_ago = or_(Enterprise.last_visit_on.is_(None), Enterprise.last_visit_on < today - timedelta(days=days))
    return db.session.scalars(
        select(Enterprise)
        .where(Enterprise.id.in_(served_by(me)), Enterprise.standing == Standing.ACTIVE, long_ago)
        .order_by(Enterprise.last_visit_on.asc().nulls_first(), Enterprise.sort_key)
        .limit(SHOWN)
    ).all()


def linked_to(me: User) -> Sequence[Enterprise]:
    """The firms whose liaison leader I am, those not visited for longest first; one more than is shown."""
    mine = select(Liaison.enterprise_id).where(Liaison.leader_id == me.id, Liaison.until_on.is_(None))
    return db.session.scalars(
        select(Enterprise)
        .where(Enterprise.id.in_(mine), Enterprise.standing == Standing.ACTIVE)
        .order_by(Enterprise.last_visit_on.asc().nulls_first(), Enterprise.sort_key)
        .limit(SHOWN + 1)
    ).all()


def numbers_of(me: User, today: date, days: int) -> list[Number]:
    """For whoever reads over a unit: what is nobody's, late, silent or incomplete; one statement."""
    if not me.may(OVERSEES):
        return []
    served = select(Assignment.id).where(Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None))
    late = select(func.count()).select_from(Followup).where(*_late_in_reach(me, today)).scalar_subquery()
    found = db.session.execute(
        select(
            func.count(), _count_of(~served.exists()), _count_of(filters.CLAUSES["silent"](me, str(days))),
            _count_of(Enterprise.credit_code.is_(None)), late, _merges_waiting(me),
        ).where(Enterprise.standing == Standing.ACTIVE, within(me, Permission.ENTERPRISE_VIEW))
    ).one()  # fmt: skip
    doors: list[tuple[str, str]] = [
        (_("Enterprises"), url_for("desk.enterprises")),
        (_("Without a commissioner"), url_for("desk.enterprises", commissioner="none")),
        (_("Not visited for long"), url_for("desk.enterprises", silent=days)),
        (_("Credit code missing"), url_for("desk.enterprises", provisional="yes")),
        (_("Overdue follow-ups"), url_for("desk.todo", of="unit")),
        (_("Merges to confirm"), url_for("enterprises.merges")),
    ]
    numbers = [Number(value or 0, label, url) for value, (label, url) in zip(found, doors, strict=True)]
    return numbers if numbers[-1].value else numbers[:-1]


def _merges_waiting(me: User) -> Any:
    """Proposals of others that this person may decide."""
    mine = select(Enterprise.id).where(within(me, Permission.MERGE_CONFIRM))
    waiting = (
        Merge.state == "proposed",
        Merge.proposed_by_id != me.id,
        Merge.kept_id.in_(mine),
        Merge.gone_id.in_(mine),
    )
    return select(func.count()).select_from(Merge).where(*waiting).scalar_subquery()


def _count_of(clause: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((clause, 1), else_=0))


def _late_in_reach(me: User, today: date) -> tuple[ColumnElement[bool], ...]:
    return followups.OPEN, Followup.due_on < today, of_visible(Followup, me, OVERSEES)


def _late_by_person(me: User, today: date) -> Sequence[Any]:
    """In the order of names: a list to ask about, not a ranking."""
    if not me.may(OVERSEES):
        return []
    return db.session.execute(
        select(User.id, User.name, Unit.name.label("unit"), func.count().label("n"))
        .select_from(Followup)
        .outerjoin(User, User.id == Followup.owner_id)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .where(*_late_in_reach(me, today))
        .group_by(User.id, User.name, User.name_pinyin, Unit.name)
        .order_by(User.name_pinyin.nulls_first(), User.id)
        .limit(50)
    ).all()


def _without_owner(me: User) -> Sequence[Followup]:
    if not me.may(Permission.ASSIGN):
        return []
    return db.session.scalars(followups.with_firm(followups.without_owner(me)).limit(SHOWN)).all()
