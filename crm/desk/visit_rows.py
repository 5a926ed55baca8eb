"""The rows of the visit list: which ones, how many, and what stands in them; two statements."""

from __future__ import annotations

from sqlalchemy import Select, func, literal, select, tuple_
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.core.db import read
from crm.core.lists import MOST_COUNTED, Listing
from crm.enterprises.models import Enterprise
from crm.permissions import Permission
from crm.visits import filters
from crm.visits.lines import lines
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


def neighbours(visit: Visit, user: User, args: MultiDict[str, str]) -> dict[str, int | None]:
    """The visits before and after this one in the list of these filters, the newest first."""
    return {
        "before": beside(visit, user, args, is_newer=True),
        "after": beside(visit, user, args, is_newer=False),
    }


def beside(visit: Visit, user: User, args: MultiDict[str, str], *, is_newer: bool) -> int | None:
    """The next visit of the list in this direction, by day and then by number; one statement along the index."""
    place, here = tuple_(Visit.visited_on, Visit.id), tuple_(literal(visit.visited_on), literal(visit.id))
    query = matching(user, args).where(place > here if is_newer else place < here)
    order = (Visit.visited_on, Visit.id) if is_newer else (Visit.visited_on.desc(), Visit.id.desc())
    return read(query.order_by(*order).limit(1)).scalar()
