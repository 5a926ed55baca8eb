"""When a firm counts in a figure: its spans within its days in the zone, and what that adds to a period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

Days = tuple[date, date | None]


class Piece(NamedTuple):
    """A firm is in a figure on the days [from_on, until_on). `is_new` begins it as new, `is_last` ends it for good;
    `moved_in`: the firm brought it along and counts from its first day in the zone on."""

    from_on: date
    until_on: date | None
    is_new: bool
    is_last: bool
    moved_in: bool = False


def changes(pieces: Sequence[Piece], present: Sequence[Days], after: date, until: date) -> Iterable[str]:
    """Names of what this firm adds to: each uninterrupted stay in the figure may begin and end in the period."""
    for begin, end in stays(pieces, present):
        if begin <= after and (end is None or end > after):
            yield "opening"
        if begin <= until and (end is None or end > until):
            yield "closing"
        if after < begin <= until:
            yield "new" if any(each.is_new and each.from_on == begin for each in pieces) else "moved_in"
        if end is not None and after < end <= until:
            yield "exits" if any(each.is_last and each.until_on == end for each in pieces) else "moved_out"


def stays(pieces: Sequence[Piece], present: Sequence[Days]) -> list[Days]:
    """When the firm counts: its pieces within its days in the zone, joined where they touch or overlap."""
    if len(pieces) == 1 and not present and not pieces[0].moved_in:  # as most are: never out of the zone
        begin, end = pieces[0].from_on, pieces[0].until_on
        return [] if begin == end else [(begin, end)]
    cuts: list[Days] = []
    for each in pieces:
        there = _there(present, moved_in=each.moved_in)
        cuts += [cut for days in there if (cut := common((each.from_on, each.until_on), days))]
    joined: list[Days] = []
    for begin, end in sorted(cuts, key=lambda days: days[0]):
        if joined and (joined[-1][1] is None or begin <= joined[-1][1]):
            last = joined[-1][1]
            joined[-1] = (joined[-1][0], None if last is None or end is None else max(last, end))
        else:
            joined.append((begin, end))
    return joined


def _there(present: Sequence[Days], *, moved_in: bool) -> list[Days]:
    """Before its first known day in the zone a firm counts too, for a register begun late knows nothing earlier."""
    if moved_in:
        return list(present)
    return [(date.min, present[0][1]), *present[1:]] if present else [(date.min, None)]


def common(one: Days, other: Days) -> Days | None:
    """The days that both have; None without any."""
    begin = max(one[0], other[0])
    end = min(filter(None, (one[1], other[1])), default=None)
    return (begin, end) if end is None or begin < end else None
