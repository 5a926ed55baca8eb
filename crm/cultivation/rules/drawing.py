"""The way of an enterprise up the ladder, drawn: time to the right, rungs upwards, a bar for each span of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm.cultivation.rules.states import Kind, Ladder, Named

WIDTH, LEFT, RIGHT, ROW, TOP, FOOT = 900, 210, 12, 26, 8, 22
MOST_TICKS = 8
NARROWEST = 2
LOOKS = 5


@dataclass(frozen=True)
class Stay:
    """A track was in a state on the days [from_on, until_on); None: still."""

    kind: str
    state: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    look: int
    stay: Stay


@dataclass(frozen=True)
class Row:
    rung: Named
    kind: Kind
    y: float


@dataclass(frozen=True)
class Drawing:
    """In units of the picture; `ticks` are (x, year)."""

    width: int
    height: int
    left: int
    bar_height: int
    rows: Sequence[Row]
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, int]]
    now: float


def draw(ladder: Ladder, stays: Sequence[Stay], today: date) -> Drawing | None:
    """None where nothing stands on a rung. The highest rung is on top; two tracks on one rung have a row each."""
    shown = [stay for stay in stays if stay.state in ladder.owner and ladder.state(stay.state).rung]
    if not shown:
        return None
    begin = date(min(stay.from_on for stay in shown).year, 1, 1)
    end = max(today, date(begin.year, 12, 31))
    scale = (WIDTH - LEFT - RIGHT) / (end - begin).days

    def at(day: date) -> float:
        return round(LEFT + (min(day, end) - begin).days * scale, 1)

    rows = _rows(ladder, shown)
    years = range(begin.year, end.year + 1)
    step = max(1, -(-len(years) // MOST_TICKS))
    ticks = [(at(date(year, 1, 1)), year) for year in years[::step]]
    bars = [_bar(ladder, stay, rows, at(stay.from_on), at(stay.until_on or today)) for stay in shown]
    return Drawing(WIDTH, TOP + ROW * len(rows) + FOOT, LEFT, ROW - 8, rows, bars, ticks, at(today))


def _bar(ladder: Ladder, stay: Stay, rows: Sequence[Row], begin: float, end: float) -> Bar:
    rung = ladder.state(stay.state).rung
    y = next(row.y for row in rows if (row.rung.code, row.kind.code) == (rung, stay.kind))
    return Bar(begin, y, max(round(end - begin, 1), NARROWEST), list(ladder.kinds).index(stay.kind) % LOOKS, stay)


def _rows(ladder: Ladder, shown: Sequence[Stay]) -> list[Row]:
    pairs = {(ladder.state(stay.state).rung, stay.kind) for stay in shown}
    order = [(rung, kind) for rung in reversed(ladder.rungs) for kind in ladder.kinds.values()]
    kept = [(rung, kind) for rung, kind in order if (rung.code, kind.code) in pairs]
    return [Row(rung, kind, TOP + ROW * place) for place, (rung, kind) in enumerate(kept)]
