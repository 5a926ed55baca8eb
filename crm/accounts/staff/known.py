"""The people whom the rows of a list may mean: by mobile, staff number, e-mail, or name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, literal, or_, select

from crm.accounts.models import Post, User
from crm.accounts.rules import SIGN_IN_NAMES
from crm.core.among import among
from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Line
from crm.permissions import Role


class Person(NamedTuple):
    id: int
    name: str
    unit_id: int
    title: str
    mobile: str | None
    staff_no: str | None
    email: str | None
    active: bool
    version: int
    has_access: bool
    is_mine: bool

    @property
    def has_sign_in_name(self) -> bool:
        return any(getattr(self, key) for key in SIGN_IN_NAMES)


@dataclass
class People:
    by_name: dict[str, list[Person]] = field(default_factory=dict)
    by_sign_in: dict[str, Person] = field(default_factory=dict)
    guarded: set[int] = field(default_factory=set)
    """Those who administer or audit."""


def people(lines: Sequence[Line], mine: ColumnElement[bool] | None, *, locked: bool) -> People:
    """`mine` says whom the importer may change; None: everybody."""
    found = People()
    names = {line.said["name"] for line in lines if line.said.get("name")}
    signs = {line.said[key] for line in lines for key in SIGN_IN_NAMES if line.said.get(key)}
    known: dict[int, Person] = {}
    for row in [*_asked(names, mine, [User.name]), *_asked(signs, mine, [getattr(User, key) for key in SIGN_IN_NAMES])]:
        known[row.id] = row
    if locked:
        _hold(known)
    for one in known.values():
        if one.active:
            found.by_name.setdefault(one.name, []).append(one)
        found.by_sign_in.update((getattr(one, key), one) for key in SIGN_IN_NAMES if getattr(one, key))
    roles = select(Post.user_id).where(Post.role.in_((Role.ADMINISTRATOR, Role.AUDITOR)), Post.until.is_(None))
    found.guarded = set(db.session.scalars(roles))
    return found


def _asked(texts: Iterable[str], mine: ColumnElement[bool] | None, columns: Sequence[Any]) -> list[Person]:
    reach = literal(1) if mine is None else case((mine, 1), else_=0)
    asked = [getattr(User, name) for name in Person._fields[:9]]
    query = select(*asked, case((User.password_hash.is_not(None), 1), else_=0), reach)
    return [
        Person(*row[:9], bool(row[9]), bool(row[10]))
        for some in parts(sorted(texts))
        for row in db.session.execute(query.where(or_(*(among(column, some) for column in columns))).order_by(User.id))
    ]


def _hold(known: Iterable[int]) -> None:
    for some in parts(sorted(known)):
        db.session.execute(select(User.id).where(among(User.id, some)).order_by(User.id).with_for_update())
