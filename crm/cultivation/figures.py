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

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from crm.core.among import among
from crm.core.db import one_picture, read
from crm.cultivation import list_queries
from crm.cultivation.models import TrackEvent, TrackSpan
from crm.cultivation.rules.history import Origin, Sort
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.stays import Days, Piece, changes
from crm.enterprises.models import Presence

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
    rows: Any = read(spans)
    for firm, figure, *days in rows:
        of_firm[figure, firm].append(Piece(*days))
    return moves_of(of_firm, after, until)


def moves_of(
    of_firm: Mapping[tuple[str, int], Sequence[Piece]], after: date, until: date
) -> dict[str, dict[str, list[int]]]:
    """The same of pieces by (figure, firm)."""
    present = present_of({firm for _figure, firm in of_firm})
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (figure, firm), pieces in of_firm.items():
        for name in changes(pieces, present.get(firm, []), after, until):
            found[figure][name].append(firm)
    return {figure: {name: names[name] for name in MOVES if name in names} for figure, names in found.items()}


def _counts(figures: Sequence[str]) -> ColumnElement[bool]:
    return TrackSpan.figure.in_(figures) if figures else TrackSpan.figure != ""


def _moving(after: date, until: date, figures: Sequence[str]) -> Any:
    """Firms whose spans or days in the zone begin or end in the period: the others neither come nor go."""
    within = [and_(day > after, day <= until) for day in (TrackSpan.from_on, TrackSpan.until_on)]
    by_zone = [and_(day > after, day <= until) for day in (Presence.from_on, Presence.until_on)]
    spans = select(TrackSpan.enterprise_id).where(_counts(figures), or_(*within))
    return spans.union(select(Presence.enterprise_id).where(or_(*by_zone)))


def present_of(firms: Collection[int]) -> dict[int, list[Days]]:
    """By firm its days in the zone in their order."""
    columns = (Presence.enterprise_id, Presence.from_on, Presence.until_on)
    query: Any = select(*columns).where(among(Presence.enterprise_id, firms))
    found: dict[int, list[Days]] = defaultdict(list)
    rows: Any = read(query.order_by(Presence.from_on, Presence.id)) if firms else ()
    for firm, begin, end in rows:
        found[firm].append((begin, end))
    return found
