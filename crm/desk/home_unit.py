"""The second half of home: how my unit stands. Every number opens the list that has exactly so many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, and_, func, literal, select

from crm.accounts import User
from crm.accounts.models import Unit
from crm.core.db import db, read
from crm.core.words import _
from crm.cultivation import standstill, waiting
from crm.cultivation.models import Track
from crm.desk.home_mine import SHOWN
from crm.enterprises import filters
from crm.enterprises.models import Enterprise, Merge
from crm.enterprises.queries import IN_ZONE, of_visible, within
from crm.enterprises.serving_models import Assignment
from crm.followups import queries as followups
from crm.followups.models import Followup
from crm.followups.queries import OVERSEES
from crm.permissions import Permission

NEW_DAYS = 7
MOST_PEOPLE = 50


@dataclass(frozen=True)
class Number:
    value: int
    label: str
    url: str


@dataclass(frozen=True)
class Late:
    """One person's overdue promises at the firms of my unit; `chase` leads to asking him to move."""

    name: str
    unit: str
    n: int
    url: str
    chase: str


def numbers_of(me: User, today: date, days: int) -> list[Number]:
    """For whoever reads over a unit: what is nobody's, late, silent, new or incomplete; one statement."""
    if not me.may(OVERSEES):
        return []
    served = select(Assignment.id).where(Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None))
    found = read(select(
        _firms(me), _firms(me, ~served.exists()), _silent(me, days),
        _firms(me, filters.CLAUSES["added"](me, str(NEW_DAYS))), _firms(me, Enterprise.credit_code.is_(None)),
        _promises(me, Followup.due_on < today), _promises(me, Followup.owner_id.is_(None)), _merges_waiting(me),
        waiting.how_many(me), _stalled(me),
    )).one()  # fmt: skip
    numbers = [Number(value, label, url) for value, (label, url) in zip(found, _doors(days), strict=True)]
    return [number for n, number in enumerate(numbers) if number.value or n < ALWAYS]


ALWAYS = 6
"""Numbers shown even when they are 0; the others only when there is something to do."""


def _doors(days: int) -> list[tuple[str, str]]:
    return [
        (_("Enterprises"), url_for("desk.enterprises")),
        (_("Without a commissioner"), url_for("desk.enterprises", commissioner="none")),
        (_("Not visited for long"), url_for("desk.enterprises", silent=days)),
        (_("New in the last 7 days"), url_for("desk.enterprises", added=NEW_DAYS)),
        (_("Credit code missing"), url_for("desk.enterprises", provisional="yes")),
        (_("Overdue follow-ups"), url_for("followups.followups", of="unit", when="overdue")),
        (_("Follow-ups without an owner"), url_for("followups.followups", of="unit", person="none")),
        (_("Merges to confirm"), url_for("enterprises.merges")),
        (_("Steps to confirm"), url_for("track_steps.waiting")),
        (_("Tracks that stand still"), url_for("track_steps.stalled")),
    ]


@dataclass(frozen=True)
class LatePeople:
    """The first of them; `people` how many there are, `promises` how many they owe together."""

    rows: Sequence[Late] = ()
    people: int = 0
    promises: int = 0


def late_by_person(me: User, today: date) -> LatePeople:
    """In the order of names: a list to ask about, not a ranking."""
    if not me.may(OVERSEES):
        return LatePeople()
    people, promises = func.count().over().label("people"), func.sum(func.count()).over().label("promises")
    rows = read(
        select(User.id, User.name, Unit.name.label("unit"), func.count().label("n"), people, promises)
        .select_from(Followup)
        .outerjoin(User, User.id == Followup.owner_id)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .where(followups.OPEN, Followup.due_on < today, of_visible(Followup, me, OVERSEES))
        .group_by(User.id, User.name, User.name_pinyin, Unit.name)
        .order_by(User.name_pinyin.nulls_first(), User.id)
        .limit(MOST_PEOPLE)
    ).all()
    if not rows:
        return LatePeople()
    return LatePeople([_late(row, me) for row in rows], rows[0].people, int(rows[0].promises))


def _late(row: Any, me: User) -> Late:
    asked: dict[str, Any] = {"of": "unit", "when": "overdue", "person": row.id or "none"}
    may_chase = row.id not in (None, me.id) and me.may(Permission.ASSIGN_FIRST)
    chase = url_for("followups.chase", all=1, **asked, back="/") if may_chase else ""
    return Late(row.name or _("Nobody"), row.unit or "", row.n, url_for("followups.followups", **asked), chase)


def without_owner(me: User) -> Sequence[Followup]:
    if not me.may(Permission.ASSIGN):
        return []
    return db.session.scalars(followups.with_firm(followups.without_owner(me)).limit(SHOWN)).all()


def _firms(me: User, *clauses: ColumnElement[bool]) -> Any:
    """How many firms in my reach are so: each number walks its own index, which one walk for all could not."""
    query = select(func.count()).select_from(Enterprise)
    return query.where(IN_ZONE, within(me, Permission.ENTERPRISE_VIEW), *clauses).scalar_subquery()


def _silent(me: User, days: int) -> Any:
    """As the list counts them, but along indexes: all, less those visited since, less those only assigned since."""
    if (limit := filters.silent_since(days)) is None:
        return literal(0)
    visited, waiting = filters.visited_after(limit), and_(~filters.visited_after(limit), _assigned_after(limit))
    return _firms(me) - _firms(me, visited) - _firms(me, waiting)


def _assigned_after(day: date) -> ColumnElement[bool]:
    """`filters.assigned_after`, asked from the assignments: they are few, except in the first days of use."""
    of_late = select(Assignment.enterprise_id).where(Assignment.ended_on.is_(None), Assignment.started_on > day)
    return Enterprise.id.in_(of_late)


def _promises(me: User, clause: ColumnElement[bool]) -> Any:
    """Open promises in my reach, counted once for the whole statement."""
    here = of_visible(Followup, me, OVERSEES)
    return select(func.count()).select_from(Followup).where(followups.OPEN, here, clause).scalar_subquery()


def _stalled(me: User) -> Any:
    tracks = select(func.count()).select_from(Track).join(Enterprise, Enterprise.id == Track.enterprise_id)
    return tracks.where(standstill.clause(me)).scalar_subquery()


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
