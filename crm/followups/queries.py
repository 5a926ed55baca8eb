"""Which promises are open, whose they are, and who may see or settle one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import abort
from sqlalchemy import BindParameter, ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Unit, User
from crm.accounts.queries import officials
from crm.core.db import db, read
from crm.enterprises import queries as enterprises
from crm.followups.models import Followup, FollowupMove, FollowupState
from crm.permissions import Permission

OPEN = Followup.state == FollowupState.OPEN
OVERSEES = Permission.HISTORY_VIEW
"""Who has it reads over a unit or over everything: manager, leader, clerk, auditor, administrator."""


def visible_to(user: User) -> ColumnElement[bool]:
    """His own, and those of the enterprises he may read."""
    return or_(Followup.owner_id == user.id, enterprises.of_visible(Followup, user, Permission.FOLLOWUP_VIEW))


def load(followup_id: int, user: User) -> Followup:
    """The promise with its firm and owner, or 404."""
    found = db.session.scalar(
        select(Followup)
        .where(Followup.id == followup_id, visible_to(user))
        .options(joinedload(Followup.enterprise), joinedload(Followup.owner))
    )
    if found is None:
        abort(404)
    return found


def may_settle(user: User, followup: Followup) -> bool:
    """Its owner, whoever serves the firm or stands in, and the manager or clerk above it."""
    return followup.owner_id == user.id or enterprises.may(user, Permission.ENTERPRISE_EDIT, followup.enterprise)


def open_of(user: User, *, until: date | None = None) -> Select[Followup]:
    """What this person has promised, oldest day first."""
    mine = select(Followup).where(OPEN, Followup.owner_id == user.id).order_by(Followup.due_on, Followup.id)
    return mine if until is None else mine.where(Followup.due_on <= until)


def without_owner(user: User) -> Select[Followup]:
    """Handed back, with nobody serving the firm: the list of the manager above it."""
    theirs = enterprises.of_visible(Followup, user, Permission.ASSIGN)
    return select(Followup).where(OPEN, Followup.owner_id.is_(None), theirs).order_by(Followup.due_on, Followup.id)


def born_of(kind: str, row_id: int) -> Select[Followup]:
    """What was promised or asked for on a visit, by its day."""
    born = (Followup.origin_kind == kind, Followup.origin_id == row_id)
    return select(Followup).where(*born).order_by(Followup.due_on, Followup.id)


def late(today: date) -> Select[Followup]:
    """Overdue promises, the oldest first."""
    return select(Followup).where(OPEN, Followup.due_on < today).order_by(Followup.due_on, Followup.id)


def with_firm(query: Select[Followup]) -> Select[Followup]:
    return query.options(joinedload(Followup.enterprise))


def moves_of(followup: Followup) -> Select[FollowupMove]:
    return select(FollowupMove).where(FollowupMove.followup_id == followup.id).order_by(FollowupMove.id)


def open_count(enterprise_id: int | BindParameter[int]) -> Select[int]:
    return select(func.count()).where(Followup.enterprise_id == enterprise_id, OPEN)


def names_of(ids: Sequence[int | None]) -> dict[int | None, str]:
    return {
        row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(set(ids) - {None})))
    }


def people_to_give() -> list[tuple[str, str]]:
    """Everybody in duty with the unit, as choices."""
    people = (
        officials().join(Unit, Unit.id == User.unit_id).with_only_columns(User.id, User.name, Unit.name.label("unit"))
    )
    return [(str(row.id), f"{row.name}（{row.unit}）") for row in read(people)]


def settled_by(user: User) -> ColumnElement[bool]:
    """`may_settle` as a clause."""
    return or_(Followup.owner_id == user.id, enterprises.of_visible(Followup, user, Permission.ENTERPRISE_EDIT))


def chased_by(user: User) -> ColumnElement[bool]:
    """Open promises of others at the firms of the unit that this person leads or keeps the ledger of."""
    theirs = enterprises.of_visible(Followup, user, Permission.ASSIGN_FIRST)
    return and_(OPEN, theirs, Followup.owner_id.is_not(None), Followup.owner_id != user.id)


def among(ids: Sequence[int], *clauses: ColumnElement[bool]) -> Select[Followup]:
    """These promises with firm and owner, by firm, so that whoever locks them does it in one order."""
    chosen = select(Followup).where(Followup.id.in_(ids), *clauses)
    people = joinedload(Followup.owner).joinedload(User.unit)
    return chosen.options(joinedload(Followup.enterprise), people).order_by(Followup.enterprise_id, Followup.id)
