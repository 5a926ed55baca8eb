"""Stocks and flows of any day: ranges of spans, firms counted once, those in the zone only.

A firm counts on a day when it was in the zone. Before its first known day in the zone it counts too, for a register
begun late knows nothing earlier; not so a firm that moved in with its quotation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from crm.core.db import one_picture, read
from crm.cultivation import list_queries
from crm.cultivation.models import TrackEvent, TrackSpan
from crm.cultivation.rules.history import Origin, Sort
from crm.cultivation.rules.ladder import ladder
from crm.enterprises.models import Presence

Days = tuple[date, date | None]


@dataclass(frozen=True)
class Flow:
    """Firms in a head figure over the days (after, until]: opening + new + moved in - exits - moved out = closing."""

    opening: int
    new: int
    moved_in: int
    exits: int
    moved_out: int
    closing: int


def stock(figure: str, on: date) -> int:
    """Firms in a head figure at the end of a day."""
    return int(read(_counted(figure, on)).scalar_one())


def by_board(figure: str, on: date) -> dict[str, int]:
    """The same by board; a firm on two boards counts on both."""
    query: Any = _counted(figure, on).add_columns(TrackSpan.board).group_by(TrackSpan.board)
    rows: Any = read(query)
    found = {board: n for n, board in rows}
    order = [board for kind in ladder().kinds.values() for board in kind.boards]
    return {board: found[board] for board in sorted(found, key=lambda each: (*order, each).index(each))}


def as_json(on: date) -> dict[str, Any]:
    """The head figures with the boards by their Chinese names, and the yearly lists in force by their kinds; all of one
    instant."""
    with one_picture():
        return _as_json(on)


def _as_json(on: date) -> dict[str, Any]:
    boards = {code: board.zh for kind in ladder().kinds.values() for code, board in kind.boards.items()}
    found: dict[str, Any] = {"on": on.isoformat()}
    for figure in ladder().figures:
        found[figure.code] = {"total": stock(figure.code, on)}
    listed = by_board("listed", on)
    found["listed"]["by_board"] = {boards.get(code, code): n for code, n in listed.items()}
    return {**found, "lists": {kind: {"total": n} for kind, n in list_queries.totals(on).items()}}


def _counted(figure: str, on: date) -> Select[*tuple[Any, ...]]:
    span = TrackSpan
    holds = and_(span.from_on <= on, or_(span.until_on.is_(None), span.until_on > on))
    return select(func.count(span.enterprise_id.distinct())).where(span.figure == figure, holds, in_zone(on))


def in_zone(on: date) -> ColumnElement[bool]:
    """Whether the firm of a span counts as being in the zone on a day."""
    begun = and_(Presence.enterprise_id == TrackSpan.enterprise_id, Presence.from_on <= on)
    there = exists().where(begun, or_(Presence.until_on.is_(None), Presence.until_on > on))
    return or_(there, and_(~exists().where(begun), TrackSpan.track_id.not_in(_moved_in())))


def _moved_in() -> Select[int]:
    """Tracks that a firm brought with it into the zone, by a baseline that stands."""
    void = aliased(TrackEvent)
    voided = exists().where(
        void.track_id == TrackEvent.track_id, void.sort == Sort.VOID, void.corrects == TrackEvent.seq
    )
    first = (TrackEvent.sort == Sort.BASELINE, TrackEvent.reason == str(Origin.MOVED_IN))
    return select(TrackEvent.track_id).where(*first, ~voided)


def flow(figure: str, after: date, until: date) -> Flow:
    """What came and went on the days after `after` up to and with `until`, all of one instant."""
    with one_picture():
        return _flow(figure, after, until)


def _flow(figure: str, after: date, until: date) -> Flow:
    spans = select(
        TrackSpan.enterprise_id, TrackSpan.from_on, TrackSpan.until_on, TrackSpan.is_new, TrackSpan.is_last,
        TrackSpan.track_id.in_(_moved_in()).label("moved_in"),
    ).where(TrackSpan.figure == figure)  # fmt: skip
    counts: dict[str, int] = defaultdict(int)
    present = _present(figure)
    of_firm: dict[int, list[Any]] = defaultdict(list)
    for row in read(spans):
        of_firm[row.enterprise_id].append(row)
    for firm, rows in of_firm.items():
        for name in _changes(rows, present.get(firm, []), after, until):
            counts[name] += 1
    return Flow(*(counts[name] for name in ("opening", "new", "moved_in", "exits", "moved_out", "closing")))


def _present(figure: str) -> dict[int, list[Days]]:
    firms = select(TrackSpan.enterprise_id).where(TrackSpan.figure == figure)
    columns = (Presence.enterprise_id, Presence.from_on, Presence.until_on)
    query: Any = select(*columns).where(Presence.enterprise_id.in_(firms))
    found: dict[int, list[Days]] = defaultdict(list)
    rows: Any = read(query.order_by(Presence.from_on, Presence.id))
    for firm, begin, end in rows:
        found[firm].append((begin, end))
    return found


def _changes(rows: Sequence[Any], present: Sequence[Days], after: date, until: date) -> Iterable[str]:
    """Names of what this firm adds to: each uninterrupted stay in the figure may begin and end in the period."""
    for begin, end in _stays(rows, present):
        if begin <= after and (end is None or end > after):
            yield "opening"
        if begin <= until and (end is None or end > until):
            yield "closing"
        if after < begin <= until:
            yield "new" if any(row.is_new and row.from_on == begin for row in rows) else "moved_in"
        if end is not None and after < end <= until:
            yield "exits" if any(row.is_last and row.until_on == end for row in rows) else "moved_out"


def _stays(rows: Sequence[Any], present: Sequence[Days]) -> list[Days]:
    """When the firm counts: its spans within its days in the zone, joined where they touch or overlap."""
    pieces: list[Days] = []
    for row in rows:
        there = _there(present, moved_in=row.moved_in)
        pieces += [cut for days in there if (cut := _common((row.from_on, row.until_on), days))]
    joined: list[Days] = []
    for begin, end in sorted(pieces, key=lambda days: days[0]):
        if joined and (joined[-1][1] is None or begin <= joined[-1][1]):
            last = joined[-1][1]
            joined[-1] = (joined[-1][0], None if last is None or end is None else max(last, end))
        else:
            joined.append((begin, end))
    return joined


def _there(present: Sequence[Days], *, moved_in: bool) -> list[Days]:
    """As `in_zone` says it."""
    if moved_in:
        return list(present)
    return [(date.min, present[0][1]), *present[1:]] if present else [(date.min, None)]


def _common(one: Days, other: Days) -> Days | None:
    begin = max(one[0], other[0])
    end = min(filter(None, (one[1], other[1])), default=None)
    return (begin, end) if end is None or begin < end else None
