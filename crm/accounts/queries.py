"""Finding people and units."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from crm.accounts.models import Unit, UnitKind, User
from crm.core.db import db


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
