"""The rows of the enterprise list: which ones, how many, and what stands in them; two or three statements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.among import among
from crm.core.db import read
from crm.core.lists import MOST_COUNTED, Listing
from crm.cultivation import rungs
from crm.desk.enterprise_columns import joined
from crm.enterprises import extras, filters, search
from crm.enterprises.models import Contact, Enterprise
from crm.enterprises.queries import direct_to
from crm.enterprises.serving_models import Assignment, Liaison
from crm.permissions import Permission
from crm.tiers.models import TitleHeld
from crm.workdays.queries import is_estimated


class Line(SimpleNamespace):
    """A row with `extras`, the bureau's own values by field, and `rung`; without them the database's row will do."""


def turn(
    listing: Listing, user: User, args: MultiDict[str, str], permission: Permission = Permission.ENTERPRISE_VIEW
) -> None:
    """Count what matches and fetch the page asked for."""
    is_search = bool(args.get("q", "").strip())
    if is_search or listing.is_further_on:
        ids, total, capped = matching_ids(user, args, permission)
        listing.counted(total, capped=capped)
        page = read(joined(listing.window(ids), listing.sort)).scalars().all() if total else []
    else:
        page = _first_page(listing, filters.where(user, args, permission))
    needs_extras, needs_rung = any(column.key[1:].isdigit() for column in listing.columns), listing.shows("rung")
    listing.rows = lines(page, user, with_extras=needs_extras, with_rung=needs_rung)
    listing.is_plain = not needs_extras and not needs_rung
    days = {row.next_visit_due_on for row in listing.rows}
    listing.depends = tuple(sorted({day.year for day in days if is_estimated(day)}))


def _first_page(listing: Listing, clauses: Sequence[ColumnElement[bool]]) -> list[int]:
    """With the count beside it: no row, then there is none at all."""
    window = joined(listing.window(select(Enterprise.id).where(*clauses)), listing.sort)
    found: Sequence[Any] = read(window.add_columns(filters.count_of(clauses).scalar_subquery())).all()
    listing.counted(found[0][1] if found else 0)
    return [row_id for row_id, _total in found]


def matching_ids(
    user: User, args: MultiDict[str, str], permission: Permission = Permission.ENTERPRISE_VIEW
) -> tuple[Select[int], int, bool]:
    """The ids that match filters and search text, how many, and whether counting stopped at MOST_COUNTED."""
    clauses = filters.where(user, args, permission)
    query = args.get("q", "").strip()
    every = select(Enterprise.id)
    if not query:
        return every.where(*clauses), read(filters.count_of(clauses)).scalar_one(), False
    found = search.first_ids(query, user, clauses, MOST_COUNTED + 1)
    if len(found) > MOST_COUNTED:
        return every.where(*clauses, search.matching(query, user)), MOST_COUNTED, True
    return every.where(among(Enterprise.id, found)), len(found), False


def lines(ids: Sequence[int], user: User, *, with_extras: bool = True, with_rung: bool = False) -> list[Any]:
    """What the list shows of these enterprises, in the order of the ids."""
    if not ids:
        return []
    me = user.id if user.may(Permission.CONTACT_DIRECT) else 0
    given = {"ids": list(ids), "me": me, "today": clock.today()}
    rows: dict[int, Any] = {row.id: row for row in read(_contents(), given).all()}
    if with_extras or with_rung:
        own, found = extras.values_of(ids) if with_extras else {}, rungs.of(ids, user) if with_rung else {}
        more = {row_id: {"extras": own.get(row_id, {}), "rung": found.get(row_id)} for row_id in rows}
        rows = {row_id: Line(**row._mapping, **more[row_id]) for row_id, row in rows.items()}
    return [rows[row_id] for row_id in ids if row_id in rows]


@cache
def _contents() -> Select[Any]:
    """Built once, for it is large: parameters are `ids`, `me` and `today`."""
    me: Any = bindparam("me")
    today: Any = bindparam("today")
    territory, section, home, leader = aliased(Unit), aliased(Unit), aliased(Unit), aliased(User)
    contact_open = (Contact.enterprise_id == Enterprise.id) & Contact.is_primary & Contact.removed_on.is_(None)
    named = {
        "unit": Unit.name, "territory": territory.name, "section": section.name, "commissioner": User.name,
        "commissioner_unit": home.name, "leader": leader.name, "contact_id": Contact.id, "contact": Contact.name,
        "phone": Contact.phone, "is_direct": direct_to(me, today), "titles": _titles(today),
    }  # fmt: skip
    return (
        select(*_own_columns(), *(column.label(name) for name, column in named.items()))
        .join(Unit, Unit.id == Enterprise.unit_id)
        .outerjoin(territory, territory.id == Enterprise.territory_id)
        .outerjoin(section, section.id == Enterprise.section_id)
        .outerjoin(Assignment, (Assignment.enterprise_id == Enterprise.id) & Assignment.ended_on.is_(None))
        .outerjoin(User, User.id == Assignment.commissioner_id)
        .outerjoin(home, home.id == User.unit_id)
        .outerjoin(Liaison, (Liaison.enterprise_id == Enterprise.id) & Liaison.until_on.is_(None))
        .outerjoin(leader, leader.id == Liaison.leader_id)
        .outerjoin(Contact, contact_open)
        .where(among(Enterprise.id, "ids"))
    )


def _own_columns() -> list[Any]:
    e = Enterprise
    return [
        e.id, e.name, e.short_name, e.credit_code, e.standing, e.tier, e.industry, e.legal_representative, e.address,
        e.founded_on, e.founded_precision, e.registered_capital, e.last_visit_on, e.last_contact_on,
        e.next_visit_due_on, e.open_followups, e.created_at, e.version, e.territory_id, e.unit_id,
    ]  # fmt: skip


def _titles(today: Any) -> Any:
    """Codes of the titles in force, one a line."""
    held = select(func.aggregate_strings(TitleHeld.title, "\n"))
    in_force = or_(TitleHeld.until_on.is_(None), TitleHeld.until_on > today)
    return held.where(
        TitleHeld.enterprise_id == Enterprise.id, TitleHeld.removed_on.is_(None), in_force
    ).scalar_subquery()
