"""Yearly lists and members somebody may see, and which of them count on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, read
from crm.cultivation.rules import yearly
from crm.cultivation.rules.yearly import list_kinds
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises.models import Presence
from crm.enterprises.queries import of_visible, within
from crm.permissions import Permission


def confidential() -> list[str]:
    """Codes of the kinds whose members are shown only to those who see plans of a listing; an unknown kind is one."""
    return [kind.code for kind in list_kinds().values() if kind.is_confidential]


def lists_seen_by(user: User) -> ColumnElement[bool]:
    """Lists this user may open; the confidential ones only where he sees some plans."""
    known = YearlyList.kind.in_(list_kinds())
    return known if user.may(Permission.TRACK_RESTRICTED) else and_(known, YearlyList.kind.not_in(confidential()))


def members_seen_by(user: User) -> ColumnElement[bool]:
    """Members of enterprises this user may see, of confidential lists only where he sees their plans. The statement
    names `YearlyList` beside them."""
    return and_(
        of_visible(ListMember, user),
        or_(YearlyList.kind.not_in(confidential()), of_visible(ListMember, user, Permission.TRACK_RESTRICTED)),
    )


def members_seen_beside(user: User) -> ColumnElement[bool]:
    """The same for statements that join the enterprise too."""
    plans = or_(YearlyList.kind.not_in(confidential()), within(user, Permission.TRACK_RESTRICTED))
    return and_(within(user, Permission.ENTERPRISE_VIEW), plans)


def out_of_sight(found: YearlyList, user: User) -> int:
    """How many stand on this list today that the user may not see."""
    members = select(func.count()).select_from(ListMember).join(YearlyList, YearlyList.id == ListMember.list_id)
    today = ListMember.until_on.is_(None) | (ListMember.until_on > clock.today())
    return read(members.where(ListMember.list_id == found.id, today, ~members_seen_by(user))).scalar_one()


def members_edited_by(user: User) -> ColumnElement[bool]:
    """Those of the seen ones that this user may strike off; the statement names `YearlyList` beside them."""
    return and_(members_seen_by(user), of_visible(ListMember, user, Permission.LISTS_EDIT))


def in_force(on: date) -> dict[str, int]:
    """By kind the id of the list that holds on a day."""
    return yearly.in_force(all_lists(), on)


def all_lists() -> Sequence[Any]:
    """id, kind, year and first day of every list."""
    columns = (YearlyList.id, YearlyList.kind, YearlyList.year, YearlyList.from_on)
    return read(select(*columns).where(YearlyList.kind.in_(list_kinds()))).all()


def on_lists(lists: Sequence[int], on: date) -> ColumnElement[bool]:
    """Members that count on a day on these lists, which are in force: firms in the zone, each perhaps twice."""
    still = or_(ListMember.until_on.is_(None), ListMember.until_on > on)
    is_in_zone = ListMember.enterprise_id.not_in(left_by(on))
    return and_(ListMember.list_id.in_(lists), ListMember.from_on <= on, still, is_in_zone)


def left_by(on: Any) -> Select[int]:
    """Firms that had left the zone by a day and were not back. They are few, so the database gathers them once; before
    its first known day in the zone a firm counts, for the register knows nothing earlier."""
    back = aliased(Presence)
    is_there = (back.from_on <= on, or_(back.until_on.is_(None), back.until_on > on))
    there = select(back.id).where(back.enterprise_id == Presence.enterprise_id, *is_there).exists()
    return select(Presence.enterprise_id).where(Presence.until_on <= on, ~there)


def totals(on: date, *more: ColumnElement[bool]) -> dict[str, int]:
    """By kind the firms on the list in force on a day, each counted once; kinds without such a list are left out.

    `more` limits the members counted.
    """
    lists = in_force(on)
    firms = func.count(ListMember.enterprise_id.distinct())
    query: Any = select(YearlyList.kind, firms).join(YearlyList, YearlyList.id == ListMember.list_id)
    rows: Any = read(query.where(on_lists(list(lists.values()), on), *more).group_by(YearlyList.kind))
    found = dict(map(tuple, rows))
    return {kind: found.get(kind, 0) for kind in list_kinds() if kind in lists}


def giving_rungs(enterprise_ids: Sequence[int], on: date) -> dict[int, set[str]]:
    """By enterprise the kinds of the lists of a day that give it a rung."""
    lists = [list_id for kind, list_id in in_force(on).items() if list_kinds()[kind].rung]
    query = select(ListMember.enterprise_id, YearlyList.kind).join(YearlyList, YearlyList.id == ListMember.list_id)
    found: dict[int, set[str]] = {}
    rows: Any = read(query.where(on_lists(lists, on), ListMember.enterprise_id.in_(enterprise_ids)))
    for firm, kind in rows:
        found.setdefault(firm, set()).add(kind)
    return found


def members_of(list_id: int) -> Select[ListMember]:
    """All rows of a list, those that ended too."""
    return select(ListMember).where(ListMember.list_id == list_id)


def of_kind(kind: str) -> list[YearlyList]:
    """All lists of a kind, the newest first."""
    return list(
        db.session.scalars(select(YearlyList).where(YearlyList.kind == kind).order_by(YearlyList.from_on.desc()))
    )


def of_firm(enterprise_id: int, *, restricted: bool) -> list[ListMember]:
    """The lists an enterprise is or was on, the newest first; the confidential ones only where `restricted`."""
    query = select(ListMember).join(ListMember.list).options(contains_eager(ListMember.list))
    query = query.where(ListMember.enterprise_id == enterprise_id, YearlyList.kind.in_(list_kinds()))
    if not restricted:
        query = query.where(YearlyList.kind.not_in(confidential()))
    return list(db.session.scalars(query.order_by(YearlyList.year.desc(), ListMember.id.desc())))
