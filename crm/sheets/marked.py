"""The error workbook: what was uploaded, its bad cells marked, a reason at the end of each bad row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from crm.core.words import Say
from crm.sheets.grid import Book, Cell, Format, Kind, Row, Sheet
from crm.sheets.layout import Content, Show
from crm.sheets.limits import Limits
from crm.sheets.marks import FILL, REASON_HEADING, REASON_WIDTH, CellMark, SheetMarks
from crm.sheets.names import sheet_name
from crm.sheets.places import Merge
from crm.sheets.read import USUAL, read
from crm.sheets.reading_process import answers
from crm.sheets.unreadable import Unreadable
from crm.sheets.write import fitting, new_workbook, put

TYPED = {Kind.DATE: "yyyy-mm-dd", Kind.DATETIME: "yyyy-mm-dd hh:mm:ss", Kind.TIME: "hh:mm:ss", Kind.NUMBER: "General"}
COLUMN_WIDTH = 18
LARGE = 300_000  # cells


@dataclass(frozen=True)
class Mark:
    """What is wrong with a cell, or with a row when `column` is None; places as the grid counts them."""

    sheet: str
    row: int
    column: int | None
    reason: str | Say


def write_marked(
    source: Path,
    target: Path,
    *,
    name: str,
    heading_rows: Mapping[str, int],
    marks: Sequence[Mark],
    limits: Limits = USUAL,
) -> None:
    """Always an .xlsx: the original with its looks where that was one, else the same cells.

    `heading_rows` names, per sheet, the row with the (lower) headings; the reason column gets its heading there.
    An .xlsx too odd or too large for openpyxl is written anew like an .xls. Raises Unreadable.
    """
    pages = _by_sheet(marks, heading_rows)
    order = {"target": str(target.resolve()), "sheets": [page.as_json() for page in pages]}
    try:
        with closing(answers("mark", source, name, limits, order)) as lines:
            if list(lines) == [["marked"]]:
                return
    except Unreadable:
        pass  # what is truly unreadable fails again below, with its reason
    write_again(read(source, name=name, limits=limits), target, {page.name: page for page in pages})


def _by_sheet(marks: Sequence[Mark], heading_rows: Mapping[str, int]) -> list[SheetMarks]:
    pages = {sheet: SheetMarks(sheet, row, []) for sheet, row in heading_rows.items()}
    for mark in marks:
        page = pages.setdefault(mark.sheet, SheetMarks(mark.sheet, 1, []))
        page.marks.append(CellMark(mark.row, mark.column, str(mark.reason)))
    return list(pages.values())


def write_again(book: Book, target: Path, pages: Mapping[str, SheetMarks], *, large: int = LARGE) -> None:
    """Every sheet's cells as they were read, typed alike, without the looks; a very large book also without merges."""
    is_large = sum(len(row.cells) for sheet in book.sheets for row in sheet.rows) > large
    titles: set[str] = set()
    with new_workbook(target, streams=is_large) as workbook:
        looks = _Looks(workbook)
        for index, sheet in enumerate(book.sheets, start=1):
            title = sheet_name(Path(sheet.name).stem if book.format is Format.CSV else sheet.name)
            title = f"Sheet{index}" if title.casefold() in titles else title
            titles.add(title.casefold())
            marks = pages.get(sheet.name) or SheetMarks(sheet.name, 1, [])
            _Page(workbook.add_worksheet(title), sheet, marks, looks).write(has_merges=not is_large)


class _Looks:
    """The cell formats, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, bool], Any] = {}
        self.plain = workbook.add_format()
        self.reason = workbook.add_format({"font_color": "red", "text_wrap": True})

    def of(self, cell: Cell | None, is_marked: bool) -> Any:
        kind = Kind.TEXT if cell is None or cell.imprecise else cell.kind
        key = TYPED.get(kind, "@"), is_marked
        if key not in self._made:
            fill = {"bg_color": f"#{FILL}"} if is_marked else {}
            self._made[key] = self._workbook.add_format({"num_format": key[0], **fill})
        return self._made[key]


class _Page:
    """Writes one sheet from the top down, each row whole."""

    def __init__(self, page: Any, sheet: Sheet, marks: SheetMarks, looks: _Looks) -> None:
        self._page = page
        self._sheet = sheet
        self._looks = looks
        self._merges = list(_merges(sheet))
        shown_at = {place: (merge.top, merge.left) for merge in self._merges for place in _covered(merge)}
        self._bad = {shown_at.get(place, place) for place in marks.bad_cells()}
        self._last_bad: dict[int, int] = {}
        for row, column in self._bad:
            self._last_bad[row] = max(column, self._last_bad.get(row, 0))
        self._texts = marks.reasons()
        if self._texts:
            self._texts[marks.heading_row] = REASON_HEADING
        self._reason_column = _reason_column(sheet, marks.heading_row)

    def write(self, *, has_merges: bool) -> None:
        self._page.set_column(0, max(self._sheet.width - 1, 0), COLUMN_WIDTH)
        self._page.set_column(self._reason_column, self._reason_column, REASON_WIDTH)
        for top, left, bottom, right in self._merges if has_merges else ():
            self._page.merge_range(top - 1, left, bottom - 1, right, "", self._looks.plain)
        rows = {row.number: row for row in self._sheet.rows}
        for number in sorted(rows.keys() | self._texts.keys()):
            self._row(rows.get(number) or Row(number, ()))

    def _row(self, row: Row) -> None:
        for column in range(max(len(row.cells), self._last_bad.get(row.number, -1) + 1)):
            cell, is_bad = row.at(column), (row.number, column) in self._bad
            if column != self._reason_column and (cell or is_bad):
                look = self._looks.of(cell, is_bad)
                put(self._page, row.number - 1, column, _kept(cell) if cell else None, look)
        if row.number in self._texts:
            reason = fitting(self._texts[row.number], Show.TEXT)
            put(self._page, row.number - 1, self._reason_column, reason, self._looks.reason)


def _kept(cell: Cell) -> Content:
    """The value as a cell can hold it typed; the rest as text."""
    if isinstance(cell.value, date):
        return fitting(cell.value, Show.MOMENT)
    return fitting(cell.value, Show.TEXT) if isinstance(cell.value, str) else cell.value


def _reason_column(sheet: Sheet, heading_row: int) -> int:
    """The one from last time, else the first free one."""
    heads = next((row for row in sheet.rows if row.number == heading_row), Row(heading_row, ()))
    known = (column for column, cell in enumerate(heads.cells) if cell and cell.text == REASON_HEADING)
    return next(known, sheet.width)


def _merges(sheet: Sheet) -> Iterator[Merge]:
    """Cut to the used area; what would overlap, or cover too much in all, is left out."""
    last_row = sheet.rows[-1].number if sheet.rows else 0
    taken: set[tuple[int, int]] = set()
    for merge in sheet.merges:
        cut = merge._replace(bottom=min(merge.bottom, last_row), right=min(merge.right, sheet.width - 1))
        if cut.size > LARGE - len(taken):
            continue
        covered = set(_covered(cut))
        if len(covered) > 1 and not covered & taken:
            taken |= covered
            yield cut


def _covered(merge: Merge) -> Iterator[tuple[int, int]]:
    return product(range(merge.top, merge.bottom + 1), range(merge.left, merge.right + 1))
