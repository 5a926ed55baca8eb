"""The rows of the visit list: which ones, how many, and what stands in them; two statements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select, tuple_
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Unit, User
from crm.core.db import read
from crm.core.lists import MOST_COUNTED, Listing
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.permissions import Permission
from crm.visits import filters
from crm.visits.models import Visit


def turn(listing: Listing, user: User, args: MultiDict[str, str]) -> None:
    """Count what matches and fetch the page asked for."""
    ids = matching(user, args)
    total, capped = counted(ids, is_search=bool(args.get("q", "").strip()))
    listing.counted(total, capped=capped)
    page = read(ordered(listing, ids)).scalars().all() if total else []
    listing.rows, listing.is_plain = lines(page), True


def matching(user: User, args: MultiDict[str, str], permission: Permission = Permission.VISIT_VIEW) -> Select[int]:
    return select(Visit.id).where(*filters.where(user, args, permission))


def counted(ids: Select[int], *, is_search: bool = False) -> tuple[int, bool]:
    """Exact, except for a search by words, which stops at MOST_COUNTED."""
    if not is_search:
        return read(ids.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one(), False
    some = ids.with_only_columns(literal(1), maintain_column_froms=True).limit(MOST_COUNTED + 1)
    total = read(select(func.count()).select_from(some.subquery())).scalar_one()
    return min(total, MOST_COUNTED), total > MOST_COUNTED


def ordered(listing: Listing, ids: Select[int]) -> Select[int]:
    """The page of ids; by name the enterprise is looked at too."""
    window = listing.window(ids)
    return window.join(Enterprise, Enterprise.id == Visit.enterprise_id) if "name" in listing.sort else window


def lines(ids: Sequence[int]) -> list[Any]:
    """What the list and its files show of these visits, in the order of the ids."""
    if not ids:
        return []
    rows = {row.id: row for row in read(contents(), {"ids": list(ids)}).all()}
    return [rows[visit_id] for visit_id in ids if visit_id in rows]


@cache
def contents() -> Select[*tuple[Any, ...]]:
    """Built once: its parameter is `ids`."""
    typist, server, territory = aliased(User), aliased(User), aliased(Unit)
    v = Visit
    return (
        select(
            v.id, v.enterprise_id, v.kind, v.counts, v.visited_on, v.at_time, v.state, v.met, v.is_not_met, v.text,
            v.source, v.created_at, v.void_reason, Enterprise.name, Enterprise.short_name, Enterprise.credit_code,
            User.name.label("author"), Unit.name.label("unit"), typist.name.label("typist"),
            server.name.label("commissioner"), territory.name.label("territory"),
        )
        .join(Enterprise, Enterprise.id == v.enterprise_id)
        .join(User, User.id == v.author_id)
        .join(Unit, Unit.id == User.unit_id)
        .outerjoin(typist, typist.id == v.entered_by_id)
        .outerjoin(territory, territory.id == Enterprise.territory_id)
        .outerjoin(Assignment, (Assignment.enterprise_id == Enterprise.id) & Assignment.ended_on.is_(None))
        .outerjoin(server, server.id == Assignment.commissioner_id)
        .where(v.id.in_(bindparam("ids", expanding=True)))
    )  # fmt: skip


def beside(visit: Visit, user: User, args: MultiDict[str, str], *, is_newer: bool) -> int | None:
    """The next visit of the list in this direction, by day and then by number; one statement along the index."""
    place, here = tuple_(Visit.visited_on, Visit.id), tuple_(literal(visit.visited_on), literal(visit.id))
    query = matching(user, args).where(place > here if is_newer else place < here)
    order = (Visit.visited_on, Visit.id) if is_newer else (Visit.visited_on.desc(), Visit.id.desc())
    return read(query.order_by(*order).limit(1)).scalar()
