"""The first half of home: what is mine, by day. Each part says how many there are and which list holds exactly them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import func, select

from crm.accounts import User
from crm.core.db import db, read
from crm.core.words import _
from crm.enterprises import filters
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import IN_ZONE, served_by
from crm.enterprises.serving_models import Liaison
from crm.followups import queries as followups
from crm.followups.filters import WEEK
from crm.visits.models import Visit, VisitState

SHOWN = 8


@dataclass(frozen=True)
class Part:
    """A card: its heading, how many rows its list has, that list, and the first of them."""

    label: str
    total: int
    url: str
    rows: Sequence[Any]


def owed_by(me: User, today: date) -> list[Part]:
    """My open promises up to a week ahead: overdue, today, soon; parts without any are left out."""
    mine = db.session.scalars(followups.with_firm(followups.open_of(me, until=today + WEEK))).all()
    parts = (
        (_("Overdue"), "overdue", [f for f in mine if f.due_on < today]),
        (_("Due today"), "today", [f for f in mine if f.due_on == today]),
        (_("Next 7 days"), "week", [f for f in mine if f.due_on > today]),
    )
    return [
        Part(label, len(rows), url_for("followups.followups", person="me", when=when), rows[:SHOWN])
        for label, when, rows in parts
        if rows
    ]


def planned_by(me: User, today: date) -> Part:
    """Visits I planned for the days up to a week ahead, also those whose day has passed without a word."""
    query = (
        select(Visit.id, Visit.visited_on, Visit.at_time, Visit.enterprise_id, Enterprise.name, Enterprise.short_name)
        .join(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(Visit.author_id == me.id, Visit.state == VisitState.PLANNED, Visit.visited_on <= today + WEEK)
        .order_by(Visit.visited_on, Visit.id)
    )
    rows = read(query).all()
    url = url_for("desk.visits", author="me", state="planned", to=(today + WEEK).isoformat())
    return Part(_("Planned visits"), len(rows), url, rows[:SHOWN])


def silent_of(me: User, days: int) -> Part:
    """The firms I serve that the list calls silent, the longest silence first; one statement."""
    query = (
        select(
            Enterprise.id, Enterprise.name, Enterprise.short_name, Enterprise.last_visit_on,
            func.count().over().label("total"),
        )
        .where(Enterprise.id.in_(served_by(me)), IN_ZONE, filters.CLAUSES["silent"](me, str(days)))
        .order_by(Enterprise.last_visit_on.asc().nulls_first(), Enterprise.sort_key)
        .limit(SHOWN)
    )  # fmt: skip
    rows = read(query).all()
    url = url_for("desk.enterprises", commissioner="me", silent=days)
    return Part(_("My enterprises without visits"), rows[0].total if rows else 0, url, rows)


def linked_to(me: User) -> Sequence[Enterprise]:
    """The firms whose liaison leader I am, those not visited for longest first; one more than is shown."""
    mine = select(Liaison.enterprise_id).where(Liaison.leader_id == me.id, Liaison.until_on.is_(None))
    return db.session.scalars(
        select(Enterprise)
        .where(Enterprise.id.in_(mine), Enterprise.standing == Standing.ACTIVE)
        .order_by(Enterprise.last_visit_on.asc().nulls_first(), Enterprise.sort_key)
        .limit(SHOWN + 1)
    ).all()


def how_many_served(me: User) -> int:
    return db.session.scalar(select(func.count()).select_from(served_by(me).subquery())) or 0
