"""The head figures and yearly lists of two days side by side: stocks, what came and went, by board and by unit.

Figures of firms that are listed or quoted count the whole zone for everybody; so do lists, but confidential ones count
only firms whose plans the reader sees, and are absent for those who see none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, case, func, literal, or_, select

from crm.accounts.models import Unit, User
from crm.core.db import one_picture, read
from crm.cultivation import figures, list_queries
from crm.cultivation.figures import IN_FIGURE, Flow, holds, in_zone
from crm.cultivation.models import TrackSpan
from crm.cultivation.rules import yearly
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.stays import Piece, common
from crm.cultivation.rules.yearly import list_kinds
from crm.cultivation.words import board_word
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import EVERYWHERE, of_visible, within
from crm.permissions import Permission

Counts = dict[tuple[str, Any], int]
"""By figure and unit, or by figure and board."""


@dataclass(frozen=True)
class Part:
    """A board or a unit: its firms on the earlier and on the later day."""

    code: Any
    label: str
    before: int
    now: int


@dataclass(frozen=True)
class Line:
    """A head figure or a kind of list. `is_partial`: only firms whose plans the reader sees are counted."""

    code: str
    label: str
    flow: Flow
    boards: Sequence[Part]
    units: Mapping[int, Part]
    is_list: bool = False
    is_partial: bool = False


@dataclass(frozen=True)
class Overview:
    since: date
    on: date
    lines: Sequence[Line]
    units: Sequence[tuple[int, str]]


def overview(me: User, since: date, on: date) -> Overview:
    """All figures at the end of both days, of one instant."""
    may_see_plans = me.may(Permission.TRACK_RESTRICTED)
    with one_picture(of_rows=True):
        lines = [*_figures(since, on), *_lists(me, since, on, plans=may_see_plans)]
        named = dict(map(tuple, read(select(Unit.id, Unit.name).order_by(Unit.path))))
    there = {unit for line in lines for unit in line.units}
    return Overview(since, on, lines, [(unit, name) for unit, name in named.items() if unit in there])


def _figures(since: date, on: date) -> list[Line]:
    stocks, boards = _stocks(since, on)
    moved = figures.moves(since, on)
    return [
        Line(code, str(each), _flow(code, stocks, moved), _boards(code, boards), _parts(code, stocks))
        for each in ladder().figures
        for code in (each.code,)
    ]


def _lists(me: User, since: date, on: date, *, plans: bool) -> list[Line]:
    is_seen, known = seen_members(me), list_queries.all_lists()
    held = [yearly.in_force(known, day) for day in (since, on)]
    stocks = _members((since, on), held, is_seen)
    moved = list_moves(since, on, is_seen, known)
    in_force = held[0].keys() | held[1].keys()
    sees_all = within(me, Permission.TRACK_RESTRICTED) is EVERYWHERE
    return [
        Line(kind.code, str(kind), _flow(kind.code, stocks, moved), (), _parts(kind.code, stocks), is_list=True,
             is_partial=kind.is_confidential and not sees_all)
        for kind in list_kinds().values()
        if kind.code in in_force and (plans or not kind.is_confidential)
    ]  # fmt: skip


def _stocks(since: date, on: date) -> tuple[tuple[Counts, Counts], tuple[Counts, Counts]]:
    """By figure and unit, and by figure and board, the firms of both days; a firm has one unit, but may be on two
    boards. One statement: the spans of either day are gathered once."""
    found: Any = [({}, {}), ({}, {})]
    rows: Any = read(_counting(), {"since": since, "on": on}).all()
    for is_unit, figure, unit, board, *counts in rows:
        _note(found[1 - is_unit], (figure, unit if is_unit else board), counts)
    return found[0], found[1]


@cache
def _counting() -> Any:
    """Of the days `since` and `on`; made once."""
    since, on = (bindparam(name, type_=Date) for name in ("since", "on"))
    days = [and_(holds(day), in_zone(day)) for day in (since, on)]
    held = select(
        TrackSpan.figure, TrackSpan.board, TrackSpan.enterprise_id, Enterprise.unit_id,
        *(func.max(case((day, 1), else_=0)).label(name) for day, name in zip(days, ("before", "now"), strict=True)),
    ).join(Enterprise, Enterprise.id == TrackSpan.enterprise_id)  # fmt: skip
    begun = (TrackSpan.from_on <= on, or_(TrackSpan.until_on.is_(None), TrackSpan.until_on > since))
    held = held.where(IN_FIGURE, *begun).group_by(*held.selected_columns[:4])
    firms = held.cte("held").c
    by_unit = select(literal(1), firms.figure, firms.unit_id, literal(""), *_both(firms)).group_by(
        firms.figure, firms.unit_id
    )
    by_board = select(literal(0), firms.figure, literal(0), firms.board, func.sum(firms.before), func.sum(firms.now))
    return by_unit.union_all(by_board.where(firms.board != "").group_by(firms.figure, firms.board))


def _both(firms: Any) -> list[Any]:
    """How many firms there were on the earlier and on the later day, each once."""
    each = ((firms.before, firms.enterprise_id), (firms.now, firms.enterprise_id))
    return [func.count(case((there == 1, firm)).distinct()) for there, firm in each]


def _note(both: tuple[Counts, Counts], key: tuple[str, Any], counts: Sequence[int]) -> None:
    for of_day, n in zip(both, counts, strict=True):
        if n:
            of_day[key] = n


def seen_members(me: User) -> ColumnElement[bool]:
    """Members that this reader's figures count; the statement names `YearlyList` beside them."""
    return or_(
        YearlyList.kind.not_in(list_queries.confidential()), of_visible(ListMember, me, Permission.TRACK_RESTRICTED)
    )


def _members(
    days: tuple[date, date], lists: Sequence[Mapping[str, int]], is_seen: ColumnElement[bool]
) -> tuple[Counts, Counts]:
    """By kind and unit the firms on the lists in force on both days."""
    on_either = [list_queries.on_lists([*held.values()], day) for day, held in zip(days, lists, strict=True)]
    counts = (func.count(case((there, ListMember.enterprise_id)).distinct()) for there in on_either)
    query: Any = select(YearlyList.kind, Enterprise.unit_id, *counts)
    query = query.join(YearlyList, YearlyList.id == ListMember.list_id)
    query = query.join(Enterprise, Enterprise.id == ListMember.enterprise_id)
    query = query.where(or_(*on_either), is_seen).group_by(YearlyList.kind, Enterprise.unit_id)
    found: tuple[Counts, Counts] = ({}, {})
    rows: Any = read(query)
    for kind, unit, *both in rows:
        _note(found, (kind, unit), both)
    return found


def list_moves(
    after: date, until: date, is_seen: ColumnElement[bool], known: Sequence[Any]
) -> dict[str, dict[str, list[int]]]:
    """By kind who came on and off the lists in force, as `figures.moves`; `known` are all lists."""
    shown = (ListMember.list_id, ListMember.enterprise_id, ListMember.from_on, ListMember.until_on)
    days = yearly.days_of(known)
    held = [each for each, (begin, end) in days.items() if begin <= until and (end is None or end > after)]
    query = select(*shown).join(YearlyList, YearlyList.id == ListMember.list_id).where(is_seen)
    query = query.where(ListMember.list_id.in_(held), *figures.touching(ListMember, after, until))
    rows: Any = read(query).all()
    kinds = {each.id: each.kind for each in known}
    of_firm: dict[tuple[str, int], list[Piece]] = defaultdict(list)
    for list_id, firm, begin, end in rows:
        if both := common((begin, end), days[list_id]):
            of_firm[kinds[list_id], firm].append(Piece(*both, is_new=True, is_last=True))
    return figures.moves_of(of_firm, after, until)


def _flow(code: str, stocks: tuple[Counts, ...], moved: Mapping[str, Mapping[str, Sequence[int]]]) -> Flow:
    before, now = (sum(n for (figure, _part), n in counts.items() if figure == code) for counts in stocks)
    new, moved_in, exits, moved_out = (len(moved.get(code, {}).get(name, ())) for name in figures.MOVES)
    return Flow(before, new, moved_in, exits, moved_out, now)


def _boards(code: str, boards: tuple[Counts, ...]) -> list[Part]:
    order = [board for kind in ladder().kinds.values() for board in kind.boards]
    known = {part for counts in boards for figure, part in counts if figure == code and part}
    before, now = boards
    return [
        Part(board, board_word(board), before.get((code, board), 0), now.get((code, board), 0))
        for board in sorted(known, key=lambda each: (*order, each).index(each))
    ]


def _parts(code: str, stocks: tuple[Counts, ...]) -> dict[int, Part]:
    before, now = stocks
    units = {unit for counts in stocks for figure, unit in counts if figure == code}
    return {unit: Part(unit, "", before.get((code, unit), 0), now.get((code, unit), 0)) for unit in units}
