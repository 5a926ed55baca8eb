"""Finding people and units."""

from __future__ import annotations

from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.access_models import Invitation, SignIn
from crm.accounts.models import Unit, UnitKind, User
from crm.core import clock
from crm.core.db import db
from crm.permissions import Permission, Scope
from crm.timeline import Entry


def by_sign_in_name(text: str) -> User | None:
    """The person whose mobile number, staff number or e-mail this is; e-mail without regard to case."""
    wanted = text.strip()
    found = db.session.scalars(
        select(User).where(or_(User.mobile == wanted, User.staff_no == wanted, User.email == wanted.lower())).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def root() -> Unit:
    return db.session.scalars(select(Unit).where(Unit.kind == UnitKind.ROOT)).one()


def below(unit: Unit) -> Select[int]:
    """The ids of a unit and everything under it."""
    return select(Unit.id).where(Unit.path.startswith(unit.path, autoescape=True))


def officials() -> Select[User]:
    return select(User).where(User.active.is_(True)).order_by(User.sort, User.name_pinyin, User.id)


def in_reach(user: User, permission: Permission) -> Select[int]:
    """Ids of the people whose home unit lies where this user's posts give him the permission."""
    return select(User.id).where(people_clause(user, permission))


def people_clause(user: User, permission: Permission) -> ColumnElement[bool]:
    """The people on whom this user has this permission, by their home unit: the union over his posts."""
    clauses: list[ColumnElement[bool]] = [false()]
    for scope, post in user.grants(permission, clock.today()):
        if scope == Scope.ALL:
            return User.id.is_not(None)
        if scope == Scope.SUBTREE and post is not None:
            clauses.append(User.unit_id.in_(below(post.unit)))
    return or_(*clauses)


def load_person(person_id: int, me: User, permission: Permission = Permission.PEOPLE_VIEW) -> User:
    """The person, or 404 for those who may not know him and 403 for those who may see him but lack the permission."""
    one = select(User).where(User.id == person_id).options(joinedload(User.unit))
    found = db.session.scalar(one.where(people_clause(me, Permission.PEOPLE_VIEW)))
    if found is None:
        abort(404)
    if permission != Permission.PEOPLE_VIEW and db.session.scalar(one.where(people_clause(me, permission))) is None:
        abort(403)
    return found


def may_on(me: User, permission: Permission, person: User) -> bool:
    """Has `me` this permission on this person?"""
    return db.session.scalar(select(User.id).where(User.id == person.id, people_clause(me, permission))) is not None


def load_unit(unit_id: int) -> Unit:
    return db.session.get(Unit, unit_id) or abort(404)


def units_of(user: User, permission: Permission) -> list[Unit]:
    """The open units in which this user has the permission, in the order of the tree."""
    clauses: list[ColumnElement[bool]] = [false()]
    for scope, post in user.grants(permission, clock.today()):
        if scope == Scope.ALL:
            clauses.append(Unit.id.is_not(None))
        elif post is not None:
            clauses.append(Unit.id.in_(below(post.unit)))
    return in_tree_order(list(db.session.scalars(select(Unit).where(or_(*clauses), Unit.closed_on.is_(None)))))


def answers_for_zone(user: User, permission: Permission) -> bool:
    """Whether this person has the permission for the zone as a whole: everywhere, at its root, or at a bureau of it."""
    return any(
        scope == Scope.ALL or (post is not None and post.unit.kind in (UnitKind.ROOT, UnitKind.BUREAU))
        for scope, post in user.grants(permission, clock.today())
    )


def all_units(*, closed: bool = False) -> list[Unit]:
    """The tree, each unit after the one it stands below."""
    query = select(Unit) if closed else select(Unit).where(Unit.closed_on.is_(None))
    return in_tree_order(list(db.session.scalars(query)))


def in_tree_order(units: list[Unit]) -> list[Unit]:
    """Parents before children; among siblings by sort number, then by age."""
    known = {unit.id: unit for unit in units}

    def place(unit: Unit) -> list[tuple[int, int]]:
        steps = [int(part) for part in unit.path.split("/") if part]
        return [(known[step].sort if step in known else 0, step) for step in steps]

    return sorted(units, key=place)


def depth(unit: Unit) -> int:
    """0 for the root."""
    return unit.path.count("/") - 2


def unit_choices(units: list[Unit]) -> list[tuple[int, str]]:
    """Units for a select, indented by full-width blanks below the topmost one shown."""
    top = min((depth(unit) for unit in units), default=0)
    return [(unit.id, "　" * (depth(unit) - top) + unit.name) for unit in units]


def without_access() -> ColumnElement[bool]:
    return User.active.is_(True) & User.password_hash.is_(None)


def is_invited() -> Any:
    """EXISTS an invitation that can still be used."""
    usable = (Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > clock.real_now())
    return exists().where(Invitation.user_id == User.id, *usable)


def load_session(session_id: int, owner: User) -> SignIn:
    """A session of this person that nobody ended, else 404."""
    one = select(SignIn).where(SignIn.id == session_id, SignIn.user_id == owner.id, SignIn.ended_at.is_(None))
    return db.session.scalar(one) or abort(404)


def people_by_unit() -> dict[int, int]:
    """How many active people each unit has, itself only."""
    counted = select(User.unit_id, func.count()).where(User.active.is_(True)).group_by(User.unit_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def last_editor(kind: str, row_id: int) -> str:
    """The name of whoever changed this person or unit last."""
    entries = select(Entry.actor_name).where(Entry.subject_kind == kind, Entry.subject_id == row_id)
    return db.session.scalars(entries.order_by(Entry.id.desc()).limit(1)).first() or ""
