"""How a table looks on paper: the columns, and what stands around them in a bureau's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias
from unicodedata import east_asian_width

from crm.core.words import Say, say

Words: TypeAlias = str | Say
Content: TypeAlias = str | Say | int | Decimal | date | datetime | time | bool | None

SIGN_OFF = (say("Filled in by:"), say("Checked by:"), say("Telephone:"), say("Filled in on:"))
TOTAL = say("Total")
TEN_THOUSAND_YUAN = say("Unit: 10,000 yuan")


def reporting_unit(name: str) -> Say:
    return say("Reporting unit: %(unit)s", unit=name)


class Show(StrEnum):
    """How a column's cells are shown; codes and phone numbers are TEXT."""

    TEXT = "@"
    NUMBER = "0"
    MONEY = "#,##0.00"
    RATIO = "0.00%"
    DATE = "yyyy-mm-dd"
    MOMENT = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class Column:
    """`above` is the upper heading that neighbours share; `width` counts half-width characters."""

    heading: Words
    show: Show = Show.TEXT
    width: float | None = None
    above: Words = ""
    is_totalled: bool = False

    @property
    def shown_width(self) -> float:
        if self.width is not None:
            return self.width
        return max(12 if self.show in (Show.DATE, Show.MONEY) else 8, display_width(str(self.heading)) + 3)


@dataclass(frozen=True)
class Layout:
    """A form on A4 landscape; what is "" or empty is left out. The label of the totals stands in the first column."""

    title: Words
    columns: Sequence[Column]
    unit_left: Words = ""
    unit_right: Words = ""
    total_label: Words = ""
    sign_off: Sequence[Words] = ()
    sheet_name: Words = ""

    @property
    def has_upper_headings(self) -> bool:
        return any(str(column.above) for column in self.columns)


def upper_spans(columns: Sequence[Column]) -> list[tuple[str, int, int]]:
    """(upper heading, first, last column) of neighbours that share one; "" for each column without."""
    spans = []
    for above, group in groupby(enumerate(columns), key=lambda pair: str(pair[1].above)):
        members = [index for index, _ in group]
        spans += [(above, members[0], members[-1])] if above else [("", index, index) for index in members]
    return spans


def display_width(text: str) -> int:
    """In half-width characters of the longest line; a Chinese character takes two."""
    return max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n"))
