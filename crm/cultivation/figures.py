"""Stocks and flows of any day: ranges of spans, firms counted once, those in the zone only.

A firm counts on a day when it was in the zone. Before its first known day in the zone it counts too, for a register
begun late knows nothing earlier; not so a firm that moved in with its quotation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from crm.core.among import among
from crm.core.db import one_picture, read
from crm.cultivation import list_queries
from crm.cultivation.models import BROUGHT, TrackEvent, TrackSpan
from crm.cultivation.rules.history import Sort
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.stays import Days, Piece, changes
from crm.enterprises.models import Presence

IN_FIGURE: ColumnElement[bool] = TrackSpan.figure != literal_column("''")
"""Spans that count in some head figure; written out, as the index that holds them alone has it."""
MOVES = ("new", "moved_in", "exits", "moved_out")


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
    counted = select(func.count(TrackSpan.enterprise_id.distinct()))
    return counted.where(TrackSpan.figure == figure, IN_FIGURE, holds(on), in_zone(on))


def holds(on: Any) -> ColumnElement[bool]:
    """Whether a span holds at the end of a day, or of one that a parameter names."""
    return and_(TrackSpan.from_on <= on, or_(TrackSpan.until_on.is_(None), TrackSpan.until_on > on))


def in_zone(on: Any) -> ColumnElement[bool]:
    """Whether the firm of a span counts as being in the zone on a day. Those that had left, and tracks that came with a
    firm, are few: the database gathers them once."""
    begun = exists().where(Presence.enterprise_id == TrackSpan.enterprise_id, Presence.from_on <= on)
    return and_(
        TrackSpan.enterprise_id.not_in(list_queries.left_by(on)), or_(TrackSpan.track_id.not_in(_moved_in()), begun)
    )


def in_zone_then(day: Any) -> ColumnElement[bool]:
    """The same on a day that each span names."""
    begun = and_(Presence.enterprise_id == TrackSpan.enterprise_id, Presence.from_on <= day)
    there = exists().where(begun, or_(Presence.until_on.is_(None), Presence.until_on > day))
    return or_(there, and_(~exists().where(begun), TrackSpan.track_id.not_in(_moved_in())))


def _moved_in() -> Select[int]:
    """Tracks that a firm brought with it into the zone, by a baseline that stands."""
    void = aliased(TrackEvent)
    voided = exists().where(
        void.track_id == TrackEvent.track_id, void.sort == Sort.VOID, void.corrects == TrackEvent.seq
    )
    return select(TrackEvent.track_id).where(BROUGHT, ~voided)


def flow(figure: str, after: date, until: date) -> Flow:
    """What came and went on the days after `after` up to and with `until`, all of one instant."""
    with one_picture():
        return _flow(figure, after, until)


def _flow(figure: str, after: date, until: date) -> Flow:
    found = moves(after, until, figure).get(figure, {})
    new, moved_in, exits, moved_out = (len(found.get(name, ())) for name in MOVES)
    return Flow(stock(figure, after), new, moved_in, exits, moved_out, stock(figure, until))


def moves(after: date, until: date, *figures: str) -> dict[str, dict[str, list[int]]]:
    """By figure who came and went on the days after `after` up to `until`: firms under new, moved_in, exits and
    moved_out; one that came twice stands there twice."""
    spans = select(
        TrackSpan.enterprise_id, TrackSpan.figure, TrackSpan.from_on, TrackSpan.until_on, TrackSpan.is_new,
        TrackSpan.is_last, TrackSpan.track_id.in_(_moved_in()).label("moved_in"),
    ).where(_counts(figures), TrackSpan.enterprise_id.in_(_moving(after, until, figures)))  # fmt: skip
    of_firm: dict[tuple[str, int], list[Piece]] = defaultdict(list)
    rows: Any = read(spans.where(*touching(TrackSpan, after, until))).all()
    for firm, figure, *days in rows:
        of_firm[figure, firm].append(Piece(*days))
    return moves_of(of_firm, after, until)


def moves_of(
    of_firm: Mapping[tuple[str, int], Sequence[Piece]], after: date, until: date
) -> dict[str, dict[str, list[int]]]:
    """The same of pieces by (figure, firm)."""
    brought = {firm for (_figure, firm), pieces in of_firm.items() if any(piece.moved_in for piece in pieces)}
    present = present_of({firm for _figure, firm in of_firm}, brought)
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (figure, firm), pieces in of_firm.items():
        for name in changes(pieces, present.get(firm, []), after, until):
            found[figure][name].append(firm)
    return {figure: {name: names[name] for name in MOVES if name in names} for figure, names in found.items()}


def _counts(figures: Sequence[str]) -> ColumnElement[bool]:
    return and_(IN_FIGURE, TrackSpan.figure.in_(figures)) if figures else IN_FIGURE


def _moving(after: date, until: date, figures: Sequence[str]) -> Any:
    """Firms whose spans or days in the zone begin or end in the period: the others neither come nor go."""
    within = [and_(day > after, day <= until) for day in (TrackSpan.from_on, TrackSpan.until_on)]
    by_zone = [and_(day > after, day <= until) for day in (Presence.from_on, Presence.until_on)]
    spans = select(TrackSpan.enterprise_id).where(_counts(figures), or_(*within))
    return spans.union(select(Presence.enterprise_id).where(or_(*by_zone)))


def touching(model: Any, after: date, until: date) -> tuple[ColumnElement[bool], ...]:
    """Spans or members of which a day of the period can be the first or the last: what had ended by its eve, or begins
    after it, neither comes nor goes, and joins with nothing that does."""
    return model.from_on <= until, or_(model.until_on.is_(None), model.until_on > after)


def present_of(firms: Collection[int], brought: Collection[int]) -> dict[int, list[Days]]:
    """By firm its days in the zone in their order. Left out are those that never left, unless they are among `brought`:
    a firm counts before its first day too, so without an end it counts always."""
    columns, left = (Presence.enterprise_id, Presence.from_on, Presence.until_on), aliased(Presence)
    asked = and_(
        among(Presence.enterprise_id, firms),
        Presence.enterprise_id.in_(select(left.enterprise_id).where(left.until_on.is_not(None))),
    )
    query: Any = select(*columns).where(or_(asked, among(Presence.enterprise_id, brought)))
    found: dict[int, list[Days]] = defaultdict(list)
    rows: Any = read(query.order_by(Presence.from_on, Presence.id)).all() if firms else ()
    for firm, begin, end in rows:
        found[firm].append((begin, end))
    return found
