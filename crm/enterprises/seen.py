"""An enterprise for a page about it, with what its reader may do there: one statement."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import abort
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload, load_only

from crm.accounts.models import Unit, User
from crm.core.db import db
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import Reach, clause_of, reach
from crm.permissions import Permission


def load_seen(
    enterprise_id: int, user: User, permissions: tuple[Permission, ...]
) -> tuple[Enterprise, frozenset[Permission]]:
    """The enterprise with its units for a page about it, and which of these permissions the user has on it; or 404."""
    reaches = tuple(reach(user, permission) for permission in permissions)
    query = _seen(reach(user, Permission.ENTERPRISE_VIEW), reaches)
    row = db.session.execute(query, {"firm": enterprise_id}).first()
    if row is None:
        abort(404)
    found, *flags = row
    return found, frozenset(permission for permission, has in zip(permissions, flags, strict=True) if has)


@lru_cache(maxsize=2048)
def _seen(given: Reach, asked: tuple[Reach, ...]) -> Select[*tuple[Any, ...]]:
    units = [joinedload(named) for named in (Enterprise.unit, Enterprise.territory, Enterprise.section)]
    query = select(Enterprise, *_flags(asked)).where(Enterprise.standing != Standing.MERGED, clause_of(given))
    return query.where(Enterprise.id == bindparam("firm")).options(*(unit.load_only(Unit.name) for unit in units))


def load_any(
    enterprise_id: int, user: User, permissions: tuple[Permission, ...]
) -> tuple[Enterprise, frozenset[Permission]]:
    """Any enterprise of the zone, also one this user may not see, and which of these permissions he has on it; or 404
    when it is merged or never was. Of its columns those that a visit asks for; others are fetched when asked."""
    reaches = tuple(reach(user, permission) for permission in permissions)
    row = db.session.execute(_any(reaches), {"firm": enterprise_id}).first()
    if row is None:
        abort(404)
    found, *flags = row
    return found, frozenset(permission for permission, has in zip(permissions, flags, strict=True) if has)


@lru_cache(maxsize=1024)
def _any(asked: tuple[Reach, ...]) -> Select[*tuple[Any, ...]]:
    e = Enterprise
    query = select(e, *_flags(asked)).where(e.id == bindparam("firm"), e.standing != Standing.MERGED)
    return query.options(load_only(e.name, e.standing, e.merged_into_id, e.tier, e.last_visit_on, e.last_contact_on))


def rights_on(user: User, enterprise_id: int, permissions: tuple[Permission, ...]) -> frozenset[Permission]:
    """Which of these permissions the user has on one enterprise; one statement."""
    reaches = tuple(reach(user, permission) for permission in permissions)
    row = db.session.execute(_asking(reaches), {"firm": enterprise_id}).one()
    return frozenset(permission for permission, has in zip(permissions, row, strict=True) if has)


@lru_cache(maxsize=1024)
def _asking(reaches: tuple[Reach, ...]) -> Select[*tuple[Any, ...]]:
    return select(*_flags(reaches)).where(Enterprise.id == bindparam("firm"))


def _flags(reaches: tuple[Reach, ...]) -> list[Any]:
    return [clause_of(each).label(f"p{n}") for n, each in enumerate(reaches)]
