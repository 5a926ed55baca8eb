"""Marks in the original .xlsx, its looks kept, through openpyxl. Runs in the reading process only.

Values are written instead of formulas: no formula of a foreign file comes back, and a mended file reads the same.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from crm.sheets.marks import FILL, REASON_HEADING, REASON_WIDTH, SheetMarks

MARKED = PatternFill("solid", start_color=FILL, end_color=FILL)
PLAIN = PatternFill()
RED = Font(color="C00000")


def mark_original(source: Path, target: Path, pages: list[SheetMarks]) -> None:
    with source.open("rb") as file:
        book = load_workbook(file, data_only=True, keep_links=False)
    for page in pages:
        if page.name in book.sheetnames:
            _Page(book[page.name], page).write()
    book.save(target)


def _is_marked(cell: Cell) -> bool:
    """WPS and Excel write the colour with another alpha than openpyxl."""
    return cell.fill.fill_type == "solid" and str(cell.fill.start_color.rgb).endswith(FILL)


class _Page:
    """One sheet being marked. Rows and columns count from 1 here, as openpyxl does."""

    def __init__(self, sheet: Worksheet, marks: SheetMarks) -> None:
        self._sheet = sheet
        self._marks = marks
        self._width = 0

    def write(self) -> None:
        self._wipe_old_marks()
        for row, column in self._marks.bad_cells():
            self._top_left(row, column + 1).fill = MARKED
            self._show(row, column + 1)
        reasons = self._marks.reasons()
        if reasons or self._known_reason_column():
            self._write_reasons(reasons)

    def _wipe_old_marks(self) -> None:
        """A mended file comes back with the marks of last time; also finds the width."""
        for cells in self._sheet.iter_rows():
            for cell in cells:
                if cell.value is not None:
                    self._width = max(self._width, cell.column)
                if cell.has_style and _is_marked(cell):
                    cell.fill = PLAIN

    def _write_reasons(self, reasons: dict[int, str]) -> None:
        column = self._known_reason_column() or self._width + 1
        heading = self._sheet.cell(self._marks.heading_row, column)
        neighbour = self._sheet.cell(self._marks.heading_row, max(column - 1, 1))
        heading._style = copy(neighbour._style)
        heading.value = REASON_HEADING
        for row in range(self._marks.heading_row + 1, self._sheet.max_row + 1):
            self._sheet.cell(row, column).value = None
        for row, reason in reasons.items():
            self._write_reason(self._sheet.cell(row, column), reason)
            self._show(row, None)
        self._sheet.column_dimensions[get_column_letter(column)].width = REASON_WIDTH

    @staticmethod
    def _write_reason(cell: Cell, reason: str) -> None:
        cell.value = reason
        cell.data_type = "s"  # a reason may quote a cell that begins with =
        cell.font = RED
        cell.alignment = Alignment(wrap_text=True, vertical="center")

    def _known_reason_column(self) -> int | None:
        """The one from last time."""
        row = self._marks.heading_row
        known = (c for c in range(1, self._width + 1) if self._sheet.cell(row, c).value == REASON_HEADING)
        return next(known, None)

    def _top_left(self, row: int, column: int) -> Cell:
        """Only the first cell of a merged range shows."""
        cell = self._sheet.cell(row, column)
        if not isinstance(cell, MergedCell):
            return cell
        area = next(area for area in self._sheet.merged_cells.ranges if cell.coordinate in area)
        return self._sheet.cell(area.min_row, area.min_col)

    def _show(self, row: int, column: int | None) -> None:
        """What is marked must be seen: rows, columns and sheets come out of hiding."""
        self._sheet.sheet_state = "visible"
        self._sheet.row_dimensions[row].hidden = False
        for columns in self._sheet.column_dimensions.values():
            if column and columns.hidden and columns.min <= column <= columns.max:
                columns.hidden = False
