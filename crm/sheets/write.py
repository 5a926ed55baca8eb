"""Rows as an .xlsx or a CSV file. No cell ever runs: text stays text, formulas and links are not written."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO, TypeAlias

import xlsxwriter

from crm.core import clock
from crm.core.words import Say
from crm.sheets.layout import Column, Content, Show
from crm.sheets.names import sheet_name
from crm.sheets.pour import pour
from crm.sheets.tab_guard import guarded

Target: TypeAlias = Path | BinaryIO
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
    """A plain list with a frozen heading row; the number of rows. Streams: memory does not grow with the rows."""
    stencil = BytesIO()
    with new_workbook(stencil, streams=True) as book:
        sheet = book.add_worksheet(sheet_name(title))
        heading = book.add_format({"bold": True, "border": 1, "valign": "vcenter", "num_format": "@"})
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.shown_width)
            sheet.write_string(0, index, str(column.heading), heading)
        sheet.freeze_panes(1, 0)
        Cells(book, sheet, columns, {}).row(1, [None] * len(columns))
    shows = [column.show for column in columns]
    return pour(stencil, target, ([fitting(*pair) for pair in zip(row, shows, strict=True)] for row in rows))


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
        """`number` counts from 0. Raises ValueError when the row does not fit the columns."""
        for index, (value, show, look) in enumerate(zip(values, self._shows, self._formats, strict=True)):
            put(self._sheet, number, index, fitting(value, show), look)


def fitting(value: Content, show: Show) -> Content:
    """A value as a cell of its column can hold it, else its text; an instant by the bureau's wall clock.

    A code typed as a number becomes text, as do days before 1900 and numbers of more than 15 digits.
    """
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else _cut(value)
    if value is None:
        return None
    if isinstance(value, date):
        return _fitting_day(value, show)
    if show is not Show.TEXT and isinstance(value, int | Decimal) and -MOST_DIGITS < value < MOST_DIGITS:
        return value
    return _cut(as_plain(value))


def _fitting_day(value: date, show: Show) -> date | str:
    if isinstance(value, datetime) and value.tzinfo:
        value = clock.local(value).replace(tzinfo=None)
    day = value.date() if isinstance(value, datetime) else value
    return value if show in DAYS and day >= FIRST_DAY else as_plain(value)


def put(sheet: Any, row: int, column: int, value: Content, look: Any) -> None:
    """One fitting value into one cell, both counted from 0, typed as what it is."""
    match value:
        case None | "":
            sheet.write_blank(row, column, None, look)
        case str():
            sheet.write_string(row, column, value, look)
        case bool():
            sheet.write_boolean(row, column, value, look)
        case int() | Decimal():
            sheet.write_number(row, column, value, look)
        case date() | time():
            sheet.write_datetime(row, column, value, look)


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
    if isinstance(value, str | Say):
        return guarded(str(value))
    value = fitting(value, show)
    return "" if value is None else as_plain(value)


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
