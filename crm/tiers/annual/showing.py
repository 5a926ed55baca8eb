"""Figures side by side, the newest period first, each with what became of it since the same months a year before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from crm.core.db import db
from crm.core.shown import NOTHING
from crm.core.words import Say, say
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.queries import of_firm
from crm.tiers.annual.rules import MEASURES, Measure, Period, Sort, Values

YEARS, PARTS = 5, 4
"""Whole years and parts of years shown beside each other."""


@dataclass(frozen=True)
class Cell:
    text: str
    change: Say | None = None


@dataclass(frozen=True)
class Line:
    """A measure over the periods; `unit` beside its name, nothing for money: the table says it once."""

    label: Say
    unit: Say | str
    cells: list[Cell]
    is_derived: bool = False


@dataclass(frozen=True)
class Sheet:
    rows: Sequence[PeriodFigures]
    lines: list[Line]


@dataclass(frozen=True)
class Figures:
    """`past` are the rows that no longer stand, the newest first."""

    years: Sheet
    parts: Sheet
    past: Sequence[PeriodFigures]

    @property
    def is_empty(self) -> bool:
        return not (self.years.rows or self.parts.rows or self.past)


UNITS = {Sort.MONEY: say("10,000 yuan"), Sort.RATIO: say("%"), Sort.COUNT: say("people")}


def of(enterprise_id: int) -> Figures:
    rows = db.session.scalars(of_firm(enterprise_id)).all()
    stand = {row.period: row for row in rows if row.ended_at is None}
    whole = [period for period in stand if period.is_whole_year][:YEARS]
    parts = [period for period in stand if not period.is_whole_year][:PARTS]
    past = [row for row in rows if row.ended_at is not None]
    return Figures(_sheet(whole, stand), _sheet(parts, stand), past)


def _sheet(periods: Sequence[Period], stand: Mapping[Period, PeriodFigures]) -> Sheet:
    """Measures that no period tells are left out."""
    known = {period: {**row.values, **derived(row.values)} for period, row in stand.items()}
    lines = []
    for measure in (*MEASURES.values(), *DERIVED):
        cells = [Cell(text(measure, known[p].get(measure.code)), change(measure, known, p)) for p in periods]
        if any(cell.text != NOTHING for cell in cells):
            unit = "" if measure.sort == Sort.MONEY else UNITS[measure.sort]
            lines.append(Line(measure.label, unit, cells, measure in DERIVED))
    return Sheet([stand[period] for period in periods], lines)


DERIVED = (
    Measure("net_profit_lower", say("Net profit, the lower of the two"), is_result=True),
    Measure("rd_ratio", say("R&D spending in revenue"), Sort.RATIO),
    Measure("debt_ratio", say("Debt in total assets"), Sort.RATIO),
)


def derived(values: Values) -> dict[str, int | None]:
    """What the standards of the boards ask for besides: the profit they count, shares in 1/10,000."""
    both = [value for code in ("net_profit", "net_profit_adjusted") if (value := values.get(code)) is not None]
    total, net = values.get("total_assets"), values.get("net_assets")
    return {
        "net_profit_lower": min(both) if len(both) > 1 else None,
        "rd_ratio": _share(values.get("rd_spending"), values.get("revenue")),
        "debt_ratio": _share(total - net, total) if total is not None and net is not None else None,
    }


def _share(part: int | None, whole: int | None) -> int | None:
    if part is None or not whole or whole < 0:
        return None
    return int((Decimal(part) * 10_000 / whole).quantize(Decimal(1), ROUND_HALF_UP))


def text(measure: Measure, value: int | None) -> str:
    """万元 and percent with two decimals, rounded half up; people whole."""
    if value is None:
        return NOTHING
    if measure.sort == Sort.COUNT:
        return f"{value:,}"
    divisor = 10_000 if measure.sort == Sort.MONEY else 100
    return f"{(Decimal(value) / divisor).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def change(measure: Measure, known: Mapping[Period, Values], period: Period) -> Say | None:
    now, then = known[period].get(measure.code), known.get(period.before(), {}).get(measure.code)
    if now is None or then is None:
        return None
    if measure.sort == Sort.RATIO:
        points = (Decimal(now - then) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return say("%(n)s points", n=signed(points))
    return growth(now, then, is_result=measure.is_result)


def growth(now: int, then: int, *, is_result: bool) -> Say | None:
    """In percent of what was above zero; of a loss in words, of anything else below zero nothing."""
    if is_result and (then < 0 or now < 0):
        return _of_a_loss(now, then)
    if then <= 0 or now < 0:
        return None
    percent = (Decimal(now - then) * 100 / then).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return say("%(n)s%%", n=signed(percent))


def signed(value: Decimal) -> str:
    return f"{value:+,}" if value else f"{abs(value)}"


def _of_a_loss(now: int, then: int) -> Say | None:
    if then < 0 <= now:
        return say("out of the red")
    if then >= 0 > now:
        return say("into the red")
    return say("a larger loss") if now < then else say("a smaller loss") if now > then else None


def changes(before: Values, after: Values) -> Iterator[tuple[Measure, str, str]]:
    """Each figure that differs, as text before and after."""
    for measure in MEASURES.values():
        then, now = before.get(measure.code), after.get(measure.code)
        if then != now:
            yield measure, text(measure, then), text(measure, now)
