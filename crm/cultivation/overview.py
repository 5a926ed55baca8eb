"""The head figures and yearly lists of two days side by side: stocks, what came and went, by board and by unit.

Figures of firms that are listed or quoted count the whole zone for everybody; so do lists, but confidential ones count
only firms whose plans the reader sees, and are absent for those who see none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from crm.accounts.models import Unit, User
from crm.core.db import one_picture, read
from crm.cultivation import figures, list_queries
from crm.cultivation.figures import Flow, in_zone
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
    with one_picture():
        lines = [*_figures(since, on), *_lists(me, since, on, plans=may_see_plans)]
        named = dict(map(tuple, read(select(Unit.id, Unit.name).order_by(Unit.path))))
    there = {unit for line in lines for unit in line.units}
    return Overview(since, on, lines, [(unit, name) for unit, name in named.items() if unit in there])


def _figures(since: date, on: date) -> list[Line]:
    stocks = _tracks(since, on, Enterprise.unit_id)
    boards = _tracks(since, on, TrackSpan.board, TrackSpan.board != "")
    moved = figures.moves(since, on)
    return [
        Line(code, str(each), _flow(code, stocks, moved), _boards(code, boards), _parts(code, stocks))
        for each in ladder().figures
        for code in (each.code,)
    ]


def _lists(me: User, since: date, on: date, *, plans: bool) -> list[Line]:
    is_seen, known = seen_members(me), list_queries.all_lists()
    held = [yearly.in_force(known, day) for day in (since, on)]
    stocks = tuple(_members(day, lists, is_seen) for day, lists in zip((since, on), held, strict=True))
    moved = list_moves(since, on, is_seen, known)
    in_force = held[0].keys() | held[1].keys()
    sees_all = within(me, Permission.TRACK_RESTRICTED) is EVERYWHERE
    return [
        Line(kind.code, str(kind), _flow(kind.code, stocks, moved), (), _parts(kind.code, stocks), is_list=True,
             is_partial=kind.is_confidential and not sees_all)
        for kind in list_kinds().values()
        if kind.code in in_force and (plans or not kind.is_confidential)
    ]  # fmt: skip


def _tracks(since: date, on: date, column: Any, *more: Any) -> tuple[Counts, Counts]:
    """By figure and this column the firms of both days; a firm has one unit, but may be on two boards."""
    return _counted(since, column, *more), _counted(on, column, *more)


def _counted(on: date, column: Any, *more: Any) -> Counts:
    span = TrackSpan
    query: Any = select(span.figure, column, func.count(span.enterprise_id.distinct())).join(
        Enterprise, Enterprise.id == span.enterprise_id
    )
    rows: Any = read(query.where(span.figure != "", holds(on), in_zone(on), *more).group_by(span.figure, column))
    return {(figure, part): n for figure, part, n in rows}


def holds(on: date) -> ColumnElement[bool]:
    return (TrackSpan.from_on <= on) & or_(TrackSpan.until_on.is_(None), TrackSpan.until_on > on)


def seen_members(me: User) -> ColumnElement[bool]:
    """Members that this reader's figures count; the statement names `YearlyList` beside them."""
    return or_(
        YearlyList.kind.not_in(list_queries.confidential()), of_visible(ListMember, me, Permission.TRACK_RESTRICTED)
    )


def _members(on: date, lists: Mapping[str, int], is_seen: ColumnElement[bool]) -> Counts:
    query: Any = select(YearlyList.kind, Enterprise.unit_id, func.count(ListMember.enterprise_id.distinct()))
    query = query.join(YearlyList, YearlyList.id == ListMember.list_id)
    query = query.join(Enterprise, Enterprise.id == ListMember.enterprise_id)
    query = query.where(list_queries.on_lists([*lists.values()], on), is_seen).group_by(
        YearlyList.kind, Enterprise.unit_id
    )
    rows: Any = read(query)
    return {(kind, unit): n for kind, unit, n in rows}


def list_moves(
    after: date, until: date, is_seen: ColumnElement[bool], known: Sequence[Any]
) -> dict[str, dict[str, list[int]]]:
    """By kind who came on and off the lists in force, as `figures.moves`; `known` are all lists."""
    shown = (ListMember.list_id, ListMember.enterprise_id, ListMember.from_on, ListMember.until_on)
    query = select(*shown).join(YearlyList, YearlyList.id == ListMember.list_id).where(is_seen)
    rows: Any = read(query.where(YearlyList.kind.in_(list_kinds())))
    days = yearly.days_of(known)
    kinds = {each.id: each.kind for each in known}
    of_firm: dict[tuple[str, int], list[Piece]] = defaultdict(list)
    for list_id, firm, begin, end in list(rows):
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
