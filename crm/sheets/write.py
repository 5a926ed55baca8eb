"""Rows as an .xlsx or a CSV file. No cell ever runs: text stays text, formulas and links are not written."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO, TypeAlias

import xlsxwriter

from crm.core import clock
from crm.core.words import Say
from crm.sheets.layout import Column, Content, Show
from crm.sheets.names import sheet_name
from crm.sheets.tab_guard import guarded

Target: TypeAlias = Path | BinaryIO
LAST_ROW = 1_048_576
LONGEST_TEXT = 32_767
FIRST_DAY = date(1900, 3, 1)  # Excel takes 1900 for a leap year: earlier days are written as text
MOST_DIGITS = 10**15
DAYS = (Show.DATE, Show.MOMENT)
ALIGNED = {show: {"align": "center"} for show in (*DAYS, Show.NUMBER)}
FONT = "仿宋_GB2312"
HEADING_FONT = "黑体"


def write_table(
    target: Target, *, columns: Sequence[Column], rows: Iterable[Sequence[Content]], title: str = ""
) -> int:
    """A plain list with a frozen heading row; the number of rows. Streams: 100,000 rows take 30 MB."""
    with new_workbook(target, streams=True) as book:
        sheet = book.add_worksheet(sheet_name(title))
        heading = book.add_format({"bold": True, "border": 1, "valign": "vcenter", "num_format": "@"})
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.shown_width)
            sheet.write_string(0, index, str(column.heading), heading)
        cells = Cells(book, sheet, columns, {})
        count = 0
        for count, row in enumerate(rows, start=1):
            cells.row(count, row)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, count, max(len(columns) - 1, 0))
    return count


def write_csv(target: Target, *, columns: Sequence[Column], rows: Iterable[Sequence[Content]]) -> int:
    """UTF-8 with mark, for Excel and WPS; text that could run carries a tab that our own reader takes off again."""
    count = 0
    with _text_file(target) as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        shows = [column.show for column in columns]
        writer.writerow([guarded(str(column.heading)) for column in columns])
        for row in rows:
            count += 1
            writer.writerow([_as_text(value, show) for value, show in zip(row, shows, strict=True)])
    return count


@contextmanager
def new_workbook(target: Target, *, streams: bool) -> Iterator[Any]:
    """An xlsxwriter workbook that evaluates nothing; `streams` wants the rows in order and each row whole."""
    options = {"constant_memory": streams, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": clock.now().replace(tzinfo=None)})
        yield book


class Cells:
    """Writes values by what they are, shown as their column asks. `look` is common to all cells (font, border)."""

    def __init__(self, book: Any, sheet: Any, columns: Sequence[Column], look: dict[str, Any]) -> None:
        self._sheet = sheet
        self._shows = [column.show for column in columns]
        self._formats = [book.add_format({**look, "num_format": show, **ALIGNED.get(show, {})}) for show in self._shows]

    def row(self, number: int, values: Sequence[Content]) -> None:
        """`number` counts from 0. Raises ValueError when the sheet is full or the row does not fit the columns."""
        if number >= LAST_ROW:
            raise ValueError("an .xlsx sheet has no more rows")
        for index, (value, show, look) in enumerate(zip(values, self._shows, self._formats, strict=True)):
            put(self._sheet, number, index, shown(value, show), look)


def shown(value: Content, show: Show) -> Content:
    """A value as its column wants it: a code typed as a number becomes text, an instant the bureau's wall clock."""
    if isinstance(value, datetime) and value.tzinfo:
        value = clock.local(value).replace(tzinfo=None)
    is_day = isinstance(value, date)
    if value is None or (is_day and show in DAYS) or not (is_day or show is Show.TEXT):
        return value
    return as_plain(value)


def put(sheet: Any, row: int, column: int, value: Content, look: Any) -> None:
    """One value into one cell, both counted from 0, typed as what it is."""
    match value:
        case None | "":
            sheet.write_blank(row, column, None, look)
        case bool():
            sheet.write_boolean(row, column, value, look)
        case int() | Decimal() as number if -MOST_DIGITS < number < MOST_DIGITS:
            sheet.write_number(row, column, number, look)
        case date() if _day(value) >= FIRST_DAY:
            sheet.write_datetime(row, column, value, look)
        case _:
            sheet.write_string(row, column, _cut(as_plain(value)), look)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _cut(text: str) -> str:
    """A cell holds no more; the mark tells that something is missing."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def as_plain(value: Content) -> str:
    """The text of a value other than None."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _as_text(value: Content, show: Show) -> str:
    """Only what somebody typed is guarded: -5 as a number stays -5."""
    value = shown(value, show)
    if value is None:
        return ""
    return guarded(str(value)) if isinstance(value, str | Say) else as_plain(value)


@contextmanager
def _text_file(target: Target) -> Iterator[TextIO]:
    if isinstance(target, Path):
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            yield file
        return
    wrapper = TextIOWrapper(target, encoding="utf-8-sig", newline="")
    try:
        yield wrapper
    finally:
        wrapper.detach()
