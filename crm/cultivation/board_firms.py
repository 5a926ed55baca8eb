"""Firms on rungs that yearly lists give: cards of the firm, in columns of their own beside those of tracks.

Three statements whatever there is. A track on a lower rung (a key firm of the New Third Board is mostly quoted at the
equity exchange) keeps its own card: the column counts what the rung counts. It is the rung that the user may know, so
that nothing shows by a card that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, or_, select
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.among import among
from crm.core.db import read
from crm.cultivation import board, board_filters, list_queries, rungs
from crm.cultivation.board import Column
from crm.cultivation.plan_models import EnterpriseRung
from crm.cultivation.rules.lanes import Lane
from crm.cultivation.rules.yearly import list_kinds
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE
from crm.enterprises.serving_models import Assignment


class Membership(NamedTuple):
    kind: str
    year: int
    since: date


@dataclass(frozen=True)
class FirmCard:
    """A firm on its rung; `row` names it and its commissioner, `lists` give it its rung, the first one first."""

    row: Any
    lists: tuple[Membership, ...]

    @property
    def depends(self) -> tuple[Any, ...]:
        """What it is drawn from."""
        return tuple(self.row), self.lists


def columns(
    me: User, args: MultiDict[str, str], found: Sequence[Lane], *, at: str = "", start: int = 0
) -> list[Column]:  # fmt: skip
    """Of the lanes that lists alone fill; `start` is the place in the lane `at` from which its cards are."""
    asked = board_filters.of_firms(me, args)
    if asked is None or not found:
        return [Column(lane, 0, None, ()) for lane in found]
    lists = list_queries.in_force(clock.today())
    firms = _firms(me, [*lists.values()], [lane.code for lane in found]).where(*asked)
    chosen: dict[str, list[Any]] = {lane.code: [] for lane in found}
    for row in read(_pages(firms, at, start)):
        chosen[row.rung].append(row)
    shown = {code: [row.id for row in rows if row.place > _begin(code, at, start)] for code, rows in chosen.items()}
    cards = _cards(me, [*lists.values()], [number for ids in shown.values() for number in ids])
    return [_column(lane, chosen[lane.code], [cards[i] for i in shown[lane.code]], at, start) for lane in found]


def _begin(code: str, at: str, start: int) -> int:
    return start if code == at else 0


def _column(lane: Lane, rows: Sequence[Any], cards: Sequence[FirmCard], at: str, start: int) -> Column:
    if not rows:
        return Column(lane, 0, None, ())
    oldest = (clock.today() - rows[0].oldest).days
    return Column(lane, rows[0].total, oldest, cards, _begin(lane.code, at, start))


def _firms(me: User, lists: Sequence[int], codes: Sequence[str]) -> Select[Any]:
    """id, rung and the first day on a list that gives it."""
    rung = rungs.seen_beside(me)
    query = _members(me, lists, Enterprise.id, rung.label("rung"), func.min(ListMember.from_on).label("since"))
    query = query.where(IN_ZONE, rung.in_(codes))
    return query.group_by(Enterprise.id, EnterpriseRung.rung, EnterpriseRung.public_rung, EnterpriseRung.enterprise_id)


def _members(me: User, lists: Sequence[int], *shown: Any) -> Select[Any]:
    """Members of the lists in force that give their firm the rung it has."""
    gives = case({kind.code: kind.rung for kind in list_kinds().values()}, value=YearlyList.kind)
    query = select(*shown).select_from(EnterpriseRung).join(Enterprise, Enterprise.id == EnterpriseRung.enterprise_id)
    query = query.join(ListMember, ListMember.enterprise_id == Enterprise.id)
    query = query.join(YearlyList, YearlyList.id == ListMember.list_id)
    today = list_queries.on_lists(lists, clock.today())
    return query.where(today, list_queries.members_seen_beside(me), gives == rungs.seen_beside(me))


def _pages(firms: Select[Any], at: str, start: int) -> Any:
    """Of each rung the cards of its page, the longest there first, and always the first one, which tells how many there
    are and since when."""
    f = firms.subquery()
    of_rung: dict[str, Any] = {"partition_by": f.c.rung}
    ranked = select(
        f.c.id, f.c.rung, func.row_number().over(**of_rung, order_by=(f.c.since, f.c.id)).label("place"),
        func.count().over(**of_rung).label("total"), func.min(f.c.since).over(**of_rung).label("oldest"),
    ).subquery()  # fmt: skip
    r = ranked.c
    begin = case((r.rung == at, start), else_=0)
    size = case((r.total <= board.ALL_AT_ONCE, board.ALL_AT_ONCE), else_=board.PER_PAGE)
    return select(ranked).where(or_(r.place == 1, and_(r.place > begin, r.place <= begin + size))).order_by(r.place)


def _cards(me: User, lists: Sequence[int], ids: Sequence[int]) -> dict[int, FirmCard]:
    if not ids:
        return {}
    shown = (Enterprise.id, Enterprise.name, Enterprise.short_name, User.name.label("commissioner"),
             Unit.name.label("commissioner_unit"))  # fmt: skip
    query = _members(me, lists, *shown, YearlyList.kind, YearlyList.year, ListMember.from_on)
    serves = and_(Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None))
    query = query.outerjoin(Assignment, serves).outerjoin(User, User.id == Assignment.commissioner_id)
    query = query.outerjoin(Unit, Unit.id == User.unit_id)
    rows: Any = read(query.where(among(Enterprise.id, ids)).order_by(ListMember.from_on, ListMember.id))
    found: dict[int, FirmCard] = {}
    for row in rows:
        before = found.get(row.id)
        lists_of = (*(before.lists if before else ()), Membership(row.kind, row.year, row.from_on))
        found[row.id] = FirmCard(before.row if before else row, lists_of)
    return found
