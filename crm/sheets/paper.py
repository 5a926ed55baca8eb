"""A table in the form a bureau hands in: title, unit row, headings, 合计, sign-off, A4 landscape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from crm.sheets.layout import Column, Content, Layout, upper_spans
from crm.sheets.names import sheet_name
from crm.sheets.write import FONT, HEADING_FONT, Cells, Target, new_workbook

TITLE_FONT = "方正小标宋简体"
A4 = 9
TITLE_HEIGHT = 38
LINE_HEIGHT = 24


def write_paper(target: Target, *, layout: Layout, rows: Iterable[Sequence[Content]]) -> int:
    """The number of rows written. Totals add the unrounded values."""
    with new_workbook(target, streams=not layout.has_upper_headings) as book:
        sheet = book.add_worksheet(sheet_name(str(layout.sheet_name or layout.title)))
        return _Paper(book, sheet, layout).write(rows)


class _Paper:
    """Fills one sheet from the top down; `_next` is the row to write next, from 0."""

    def __init__(self, book: Any, sheet: Any, layout: Layout) -> None:
        self._book = book
        self._sheet = sheet
        self._layout = layout
        self._last = len(layout.columns) - 1
        self._next = 0

    def write(self, rows: Iterable[Sequence[Content]]) -> int:
        for index, column in enumerate(self._layout.columns):
            self._sheet.set_column(index, index, column.shown_width)
        self._title()
        self._units()
        self._headings()
        count = self._body(rows)
        self._sign_off()
        self._print_setup()
        return count

    def _look(self, **more: Any) -> Any:
        return self._book.add_format({"font_name": FONT, "font_size": 12, "valign": "vcenter", **more})

    def _boxed(self, **more: Any) -> Any:
        return self._look(border=1, text_wrap=True, **more)

    def _across(self, first: int, last: int, text: str, look: Any, rows: int = 1) -> None:
        """Text over a range of the next row or rows."""
        if first == last and rows == 1:
            self._sheet.write_string(self._next, first, text, look)
        else:
            self._sheet.merge_range(self._next, first, self._next + rows - 1, last, "", look)
            self._sheet.write_string(self._next, first, text, look)

    def _title(self) -> None:
        look = self._look(font_name=TITLE_FONT, font_size=20, align="center")
        self._sheet.set_row(self._next, TITLE_HEIGHT)
        self._across(0, self._last, str(self._layout.title), look)
        self._next += 1

    def _units(self) -> None:
        left, right = str(self._layout.unit_left), str(self._layout.unit_right)
        if not (left or right):
            return
        middle = (self._last + 1) // 2
        self._sheet.set_row(self._next, LINE_HEIGHT)
        if middle and left:
            self._across(0, middle - 1, left, self._look(align="left"))
        if right:
            self._across(middle, self._last, right, self._look(align="right"))
        self._next += 1

    def _headings(self) -> None:
        first = self._next
        look = self._boxed(font_name=HEADING_FONT, align="center")
        if self._layout.has_upper_headings:
            self._two_rows_of_headings(look)
        else:
            for index, column in enumerate(self._layout.columns):
                self._sheet.write_string(self._next, index, str(column.heading), look)
        self._next += 1
        self._sheet.repeat_rows(first, self._next - 1)
        self._sheet.freeze_panes(self._next, 0)

    def _two_rows_of_headings(self, look: Any) -> None:
        columns = self._layout.columns
        for above, left, right in upper_spans(columns):
            if not above:
                self._across(left, right, str(columns[left].heading), look, rows=2)
                continue
            self._across(left, right, above, look)
            for index in range(left, right + 1):
                self._sheet.write_string(self._next + 1, index, str(columns[index].heading), look)
        self._next += 1

    def _body(self, rows: Iterable[Sequence[Content]]) -> int:
        columns = self._layout.columns
        first = self._next
        cells = Cells(
            self._book,
            self._sheet,
            columns,
            {"font_name": FONT, "font_size": 12, "valign": "vcenter", "border": 1, "text_wrap": True},
        )
        totals = [Decimal(0)] * len(columns)
        for row in rows:
            cells.row(self._next, row)
            _add(totals, columns, row)
            self._next += 1
        count = self._next - first
        if str(self._layout.total_label):
            self._totals(cells, totals)
        return count

    def _totals(self, cells: Cells, totals: Sequence[Decimal]) -> None:
        columns = self._layout.columns
        row: list[Content] = [total if c.is_totalled else None for c, total in zip(columns, totals, strict=True)]
        row[0] = str(self._layout.total_label)
        cells.row(self._next, row)
        self._next += 1

    def _sign_off(self) -> None:
        """The labels stand at even distances, each with room to write."""
        labels = [str(label) for label in self._layout.sign_off]
        if not labels:
            return
        if len(labels) > self._last + 1:
            labels = ["    ".join(labels)]
        self._sheet.set_row(self._next, LINE_HEIGHT)
        look = self._look(align="left")
        starts = [index * (self._last + 1) // len(labels) for index in range(len(labels))]
        for label, start, end in zip(labels, starts, [*starts[1:], self._last + 1], strict=True):
            self._across(start, end - 1, label, look)
        self._next += 1

    def _print_setup(self) -> None:
        self._sheet.set_paper(A4)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.center_horizontally()
        self._sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        self._sheet.set_footer("&C&14— &P —")
        self._sheet.print_area(0, 0, max(self._next - 1, 0), self._last)


def _add(totals: list[Decimal], columns: Sequence[Column], row: Sequence[Content]) -> None:
    for index, (column, value) in enumerate(zip(columns, row, strict=True)):
        if column.is_totalled and isinstance(value, int | Decimal):
            totals[index] += value
