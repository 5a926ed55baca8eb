"""Home: what is mine today, then how my unit stands. Every number opens its list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select, true

from crm.accounts import User, everyone, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.web import page
from crm.desk.views import bp
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import of_visible, served_by, within
from crm.enterprises.serving_models import Assignment
from crm.followups import queries as followups
from crm.followups.models import Followup
from crm.permissions import Permission

SHOWN = 8
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
    me, today = signed_in(), clock.today()
    return page(
        "desk/home.html",
        owed=owed_by(me, today),
        silent=silent_of(me, today),
        served=db.session.scalar(select(func.count()).select_from(served_by(me).subquery())) or 0,
        numbers=numbers_of(me, today),
        late_by_person=_late_by_person(me, today),
        without_owner=_without_owner(me),
    )


def owed_by(me: User, today: date) -> Owed:
    mine = db.session.scalars(followups.with_firm(followups.open_of(me, until=today + WEEK))).all()
    return Owed(
        overdue=[f for f in mine if f.due_on < today],
        today=[f for f in mine if f.due_on == today],
        soon=[f for f in mine if f.due_on > today],
    )


def silent_of(me: User, today: date) -> Sequence[Enterprise]:
    """The firms I serve that nobody has visited for so many days, the longest silence first."""
    return db.session.scalars(
        select(Enterprise)
        .where(Enterprise.id.in_(served_by(me)), _is_silent(today))
        .order_by(Enterprise.last_visit_on.asc().nulls_first(), Enterprise.sort_key)
        .limit(SHOWN)
    ).all()


def _is_silent(today: date) -> ColumnElement[bool]:
    since = today - timedelta(days=bureau("silence_days"))
    return or_(Enterprise.last_visit_on.is_(None), Enterprise.last_visit_on < since) & (
        Enterprise.standing == Standing.ACTIVE
    )


def numbers_of(me: User, today: date) -> list[Number]:
    """For whoever leads or keeps the ledger of a unit: what is nobody's, late, silent or incomplete there."""
    if not me.may(Permission.ASSIGN_FIRST):
        return []
    firms = select(Enterprise.id).where(Enterprise.standing == Standing.ACTIVE, within(me, Permission.ASSIGN_FIRST))
    served = select(Assignment.id).where(Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None))
    late = select(func.count()).select_from(Followup).where(followups.OPEN, Followup.due_on < today)
    return [
        _number(firms, true(), _("Enterprises"), ""),
        _number(firms, ~served.exists(), _("Without a commissioner"), "none", "commissioner"),
        _number(firms, _is_silent(today), _("Not visited for long"), str(bureau("silence_days")), "silent"),
        _number(firms, Enterprise.credit_code.is_(None), _("Credit code missing"), "yes", "provisional"),
        Number(
            db.session.scalar(late.where(Followup.enterprise_id.in_(firms))) or 0, _("Overdue follow-ups"),
            url_for("desk.todo", of="unit"),
        ),
    ]  # fmt: skip


def _late_by_person(me: User, today: date) -> Sequence[Any]:
    """In the order of names: a list to ask about, not a ranking."""
    if not me.may(Permission.ASSIGN_FIRST):
        return []
    return db.session.execute(
        select(User.name, func.count().label("n"))
        .select_from(Followup)
        .outerjoin(User, User.id == Followup.owner_id)
        .where(followups.OPEN, Followup.due_on < today, of_visible(Followup, me, Permission.ASSIGN_FIRST))
        .group_by(User.id, User.name, User.name_pinyin)
        .order_by(User.name_pinyin.nulls_first(), User.id)
        .limit(50)
    ).all()


def _number(firms: Select[int], clause: ColumnElement[bool], label: str, value: str, key: str = "") -> Number:
    count = select(func.count()).select_from(firms.where(clause).subquery())
    filters: dict[str, Any] = {key: value} if key else {}
    return Number(db.session.scalar(count) or 0, label, url_for("desk.enterprises", **filters))


def _without_owner(me: User) -> Sequence[Followup]:
    if not me.may(Permission.ASSIGN):
        return []
    return db.session.scalars(followups.with_firm(followups.without_owner(me)).limit(SHOWN)).all()
