"""Which figures are kept, for which periods, and what looks wrong about them. Money in whole yuan, ratios in 1/10,000.

Figures of part of a year count from January (本年累计), as bureaus and companies report them.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from crm.core.words import Say, say

FIRST_YEAR, LAST_YEAR = 1990, 2100
YEAR = 12
MONTHS = (3, 6, 9, YEAR)
Values: TypeAlias = Mapping[str, int | None]


class Sort(StrEnum):
    MONEY = "money"
    RATIO = "ratio"
    COUNT = "count"


class Source(StrEnum):
    ENTERPRISE = "enterprise"
    AUDIT = "audit"
    TAX = "tax"
    STATISTICS = "statistics"
    ANNOUNCED = "announced"
    OTHER = "other"


@dataclass(frozen=True)
class Measure:
    """`adds_up`: over the months of a year, and never falls. `never_below`: a value under 0 does not exist."""

    code: str
    label: Say
    sort: Sort = Sort.MONEY
    adds_up: bool = False
    never_below: bool = False
    is_result: bool = False
    """A loss is something else than a small profit."""


MEASURES = {
    each.code: each
    for each in (
        Measure("revenue", say("Revenue"), adds_up=True),
        Measure("net_profit", say("Net profit"), is_result=True),
        Measure("net_profit_adjusted", say("Net profit without one-off items"), is_result=True),
        Measure("rd_spending", say("R&D spending"), adds_up=True),
        Measure("operating_cash_flow", say("Cash flow from operations"), is_result=True),
        Measure("tax_paid", say("Tax paid"), adds_up=True),
        Measure("total_assets", say("Total assets"), never_below=True),
        Measure("net_assets", say("Net assets")),
        Measure("share_capital", say("Share capital"), never_below=True),
        Measure("roe", say("Weighted return on equity"), Sort.RATIO),
        Measure("employees", say("Staff"), Sort.COUNT, never_below=True),
        Measure("rd_staff", say("R&D staff"), Sort.COUNT, never_below=True),
    )
}
SOURCES = {
    Source.ENTERPRISE: say("Told by the enterprise"),
    Source.AUDIT: say("Audit report"),
    Source.TAX: say("Tax office"),
    Source.STATISTICS: say("Statistics"),
    Source.ANNOUNCED: say("Published report"),
    Source.OTHER: say("Other source"),
}


class Period(NamedTuple):
    """The first so many months of a year: 3, 6, 9, or 12 for the whole of it."""

    year: int
    months: int = YEAR

    @property
    def ends_on(self) -> date:
        return date(self.year, self.months, monthrange(self.year, self.months)[1])

    @property
    def is_whole_year(self) -> bool:
        return self.months == YEAR

    @property
    def label(self) -> Say:
        return replace(LABELS[self.months], params={"year": self.year})

    @property
    def key(self) -> str:
        return f"{self.year}-{self.months}"

    def before(self) -> Period:
        """The same months of the year before."""
        return Period(self.year - 1, self.months)


LABELS = {
    3: say("January to March %(year)s"),
    6: say("January to June %(year)s"),
    9: say("January to September %(year)s"),
    YEAR: say("Year %(year)s"),
}


def is_period(year: int, months: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR and months in MONTHS


def ended(today: date, years: int = 6) -> list[Period]:
    """The periods that are over, the newest first."""
    found = (Period(year, months) for year in range(today.year, today.year - years, -1) for months in reversed(MONTHS))
    return [period for period in found if period.ends_on < today]


_YEAR = re.compile(r"((?:19|20|21)\d{2})(?:年度?|fy)?")
_END = re.compile(r"((?:19|20|21)\d{2})[-/](0?3[-/]31|0?6[-/]30|0?9[-/]30|12[-/]31)")
_SAID = {
    3: ("一季度", "第一季度", "1季度", "q1", "一季报"),
    6: ("上半年", "半年", "半年度", "半年报", "中报", "h1"),
    9: ("前三季度", "三季报"),
    YEAR: ("", "全年", "年", "年度", "报", "年报"),
}
_FIRST = {word: months for months, words in _SAID.items() for word in words}
_SPAN = re.compile(r"(?:0?1月?)(?:-|—|–|~|～|至|到)(3|03|6|06|9|09|12)月(?:份|累计)?")


def recognise(year: str, period: str) -> Period | None:
    """Out of 2025 and 上半年, 2025年1—9月 in either, or the last day 2025-12-31.

    二季度 alone is none: figures count from January. So is what says two things: 2025年1—9月 and 上半年.
    """
    said = [one for one in (_recognised(_flat(year)), _recognised(_flat(period))) if one is not None]
    years, parts = {one.year for one in said if one.year}, {one.months for one in said if one.months is not None}
    if len(years) != 1 or len(parts) > 1 or 0 in parts:
        return None
    return Period(years.pop(), parts.pop() if parts else 12)


class _Said(NamedTuple):
    """What one cell says: `year` 0 when it names none, `months` None when it names no part, 0 an unknown one."""

    year: int
    months: int | None


def _recognised(text: str) -> _Said | None:
    if not text:
        return None
    if end := _END.fullmatch(text):
        return _Said(int(end.group(1)), int(re.split("[-/]", end.group(2))[0]))
    found = _YEAR.match(text)
    rest = text[found.end() :] if found else text
    return _Said(int(found.group(1)) if found else 0, (_months(rest) or 0) if rest else None)


def _flat(text: str) -> str:
    return re.sub(r"[\s()（）.,、]|累计", "", unicodedata.normalize("NFKC", text).casefold())


def _months(text: str) -> int | None:
    span = _SPAN.fullmatch(text)
    return int(span.group(1)) if span else _FIRST.get(text)
