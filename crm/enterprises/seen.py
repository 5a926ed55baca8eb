"""An enterprise for a page about it, with what its reader may do there: one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from flask import abort
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import aliased

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.db import as_read, hold, read
from crm.enterprises import serving_queries
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import Reach, clause_of, reach
from crm.permissions import Permission

Reaches = Mapping[Permission, Reach]
UNITS = {"unit_id": "unit_name", "territory_id": "territory_name", "section_id": "section_name"}
ASKED_BY_A_VISIT = ("id", "name", "standing", "merged_into_id", "tier", "last_visit_on", "last_contact_on")
"""Of an enterprise, so that a visit is recorded without asking for more."""


def load_seen(enterprise_id: int, user: User, permissions: tuple[Permission, ...]) -> tuple[Any, frozenset[Permission]]:
    """The enterprise as a plain row for a page about it, with `unit_name`, `territory_name`, `section_name` and who
    serves it (for `serving_queries.now`); and which of these permissions the user has on it. Or 404."""
    reaches = reaches_of(user, permissions)
    asked = tuple(dict.fromkeys(reaches.values()))
    query = _seen(reach(user, Permission.ENTERPRISE_VIEW), asked)
    row = read(query, {"firm": enterprise_id, "day": clock.today()}).first()
    if row is None:
        abort(404)
    return row, _rights(reaches, asked, row[-len(asked) :])


@lru_cache(maxsize=2048)
def _seen(given: Reach, asked: tuple[Reach, ...]) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(*Enterprise.__table__.c)
    for key, name in UNITS.items():
        unit = aliased(Unit)
        query = query.outerjoin(unit, unit.id == getattr(Enterprise, key)).add_columns(unit.name.label(name))
    query = serving_queries.with_now(query.select_from(Enterprise)).add_columns(*_flags(asked))
    return query.where(Enterprise.id == bindparam("firm"), Enterprise.standing != Standing.MERGED, clause_of(given))


def load_any(
    enterprise_id: int, user: User, permissions: tuple[Permission, ...]
) -> tuple[Enterprise, frozenset[Permission]]:
    """Any enterprise of the zone, also one this user may not see, and which of these permissions he has on it; or 404
    when it is merged or never was. Of its columns those that a visit asks for; others are fetched when asked."""
    reaches = reaches_of(user, permissions)
    asked = tuple(dict.fromkeys(reaches.values()))
    row = read(_any(asked, ()), {"firm": enterprise_id}).first()
    found, rights, _texts = _taken_apart(row, reaches, asked)
    return found, rights


def hold_any(
    enterprise_id: int, reaches: Reaches, beside: tuple[Any, ...]
) -> tuple[Enterprise, frozenset[Permission], Sequence[Any]]:
    """The same for an act, which asks for the reaches before it begins: locked as by `lock`. The statement also brings
    what `beside` asks, over `firm`.

    On PostgreSQL a statement that waits for a row tells what stands beside it as of its own beginning. Where the row is
    another's it is therefore waited for first, then everything is asked."""
    asked = tuple(dict.fromkeys(reaches.values()))
    row = read(_any(asked, beside, held=True), {"firm": enterprise_id}).first()
    if row is None:
        read(_waiting(), {"firm": enterprise_id})
        row = read(_any(asked, beside), {"firm": enterprise_id}).first()
    found, rights, texts = _taken_apart(row, reaches, asked)
    return hold(found), rights, texts


def reaches_of(user: User, permissions: tuple[Permission, ...]) -> Reaches:
    return {permission: reach(user, permission) for permission in permissions}


def _taken_apart(
    row: Sequence[Any] | None, reaches: Reaches, asked: tuple[Reach, ...]
) -> tuple[Enterprise, frozenset[Permission], Sequence[Any]]:
    if row is None:
        abort(404)
    columns, flags = len(ASKED_BY_A_VISIT), len(ASKED_BY_A_VISIT) + len(asked)
    found = as_read(Enterprise, **dict(zip(ASKED_BY_A_VISIT, row[:columns], strict=True)))
    return found, _rights(reaches, asked, row[columns:flags]), row[flags:]


@lru_cache(maxsize=1024)
def _any(asked: tuple[Reach, ...], beside: tuple[Any, ...], *, held: bool = False) -> Select[*tuple[Any, ...]]:
    columns = (getattr(Enterprise, key) for key in ASKED_BY_A_VISIT)
    theirs = Enterprise.id == bindparam("firm"), Enterprise.standing != Standing.MERGED
    query = select(*columns, *_flags(asked), *beside).where(*theirs)
    return query.with_for_update(of=Enterprise.__table__, skip_locked=True) if held else query


@cache
def _waiting() -> Select[int]:
    return select(Enterprise.id).where(Enterprise.id == bindparam("firm")).with_for_update()


def rights_on(user: User, enterprise_id: int, permissions: tuple[Permission, ...]) -> frozenset[Permission]:
    """Which of these permissions the user has on one enterprise; one statement."""
    reaches = reaches_of(user, permissions)
    asked = tuple(dict.fromkeys(reaches.values()))
    row = read(_asking(asked), {"firm": enterprise_id}).one()
    return _rights(reaches, asked, row)


@lru_cache(maxsize=1024)
def _asking(reaches: tuple[Reach, ...]) -> Select[*tuple[Any, ...]]:
    return select(*_flags(reaches)).where(Enterprise.id == bindparam("firm"))


def _rights(reaches: Reaches, asked: Sequence[Reach], flags: Sequence[Any]) -> frozenset[Permission]:
    """Many permissions reach equally far and share one column."""
    inside = {each for each, flag in zip(asked, flags, strict=True) if flag}
    return frozenset(permission for permission, each in reaches.items() if each in inside)


def _flags(reaches: tuple[Reach, ...]) -> list[Any]:
    return [clause_of(each).label(f"p{n}") for n, each in enumerate(reaches)]
