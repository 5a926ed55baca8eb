"""Finding people and units."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, false, or_, select

from crm.accounts.models import Unit, UnitKind, User
from crm.core import clock
from crm.core.db import db
from crm.permissions import Permission, Scope


def by_sign_in_name(text: str) -> User | None:
    """The person whose mobile number, staff number or e-mail this is; e-mail without regard to case."""
    wanted = text.strip()
    found = db.session.scalars(
        select(User).where(or_(User.mobile == wanted, User.staff_no == wanted, User.email == wanted.lower())).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def root() -> Unit:
    return db.session.scalars(select(Unit).where(Unit.kind == UnitKind.ROOT)).one()


def below(unit: Unit) -> Select[tuple[int]]:
    """The ids of a unit and everything under it."""
    return select(Unit.id).where(Unit.path.startswith(unit.path, autoescape=True))


def officials() -> Select[tuple[User]]:
    return select(User).where(User.active.is_(True)).order_by(User.sort, User.name_pinyin, User.id)


def in_reach(user: User, permission: Permission) -> Select[tuple[int]]:
    """Ids of the people whose home unit lies where this user's posts give him the permission."""
    clauses: list[ColumnElement[bool]] = []
    for scope, post in user.grants(permission, clock.today()):
        if scope == Scope.ALL:
            return select(User.id)
        if scope == Scope.SUBTREE and post is not None:
            clauses.append(User.unit_id.in_(below(post.unit)))
    return select(User.id).where(or_(false(), *clauses))
