"""Sheets of an .xlsx or .xls through python-calamine. Runs in the reading process only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum
from python_calamine import SheetVisibleEnum as Visible

from crm.sheets.limits import Limits
from crm.sheets.parts import SheetFacts
from crm.sheets.places import Merge, letter
from crm.sheets.refusal import Reason, Refusal
from crm.sheets.wire import odd, packed

Line = list[Any]


def sheet_lines(path: Path, facts: dict[str, SheetFacts] | None, limits: Limits) -> Iterator[Line]:
    """For each sheet ["sheet", name, hidden, merges, hidden columns], then [row number, hidden, cells] per row.

    `facts` is None for .xls. A sheet of an .xlsx without facts was not looked at and is not opened.
    """
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ != SheetTypeEnum.WorkSheet:
                    continue
                if facts is not None and sheet.name not in facts:
                    raise Refusal(Reason.DAMAGED)
                seen = facts[sheet.name] if facts is not None else SheetFacts()
                is_hidden = sheet.visible != Visible.Visible
                yield from _lines(workbook.get_sheet_by_name(sheet.name), is_hidden, seen, limits)
    except CalamineError as broken:
        raise Refusal(Reason.DAMAGED) from broken


def _lines(sheet: CalamineSheet, is_hidden: bool, facts: SheetFacts, limits: Limits) -> Iterator[Line]:
    if sheet.end:
        _check_reach(sheet.name, *sheet.end, limits)
    merges = [_merge(*corners) for corners in sheet.merged_cell_ranges or ()]
    _check_merges(merges, sheet.end or (0, 0), limits)
    yield ["sheet", sheet.name, is_hidden, merges, sorted(facts.hidden_columns)]
    oddities = facts.oddities
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = _cells(values, oddities.pop(number, None))
        if cells:
            yield [number, number in facts.hidden_rows, cells]
    for number in sorted(oddities):  # nothing but formulas never calculated below the last value
        if cells := _cells([], oddities[number]):
            yield [number, number in facts.hidden_rows, cells]


def _check_reach(sheet: str, last_row: int, last_column: int, limits: Limits) -> None:
    """Both from 0, as the reader counts. The pre-scan has looked already, but not at an .xls."""
    if last_row >= limits.rows or last_column >= limits.columns:
        cell = f"{letter(last_column)}{last_row + 1}"
        raise Refusal(Reason.TOO_FAR, sheet=sheet, cell=cell, rows=limits.rows, columns=limits.columns)


def _check_merges(merges: list[Merge], end: tuple[int, int], limits: Limits) -> None:
    """Merged ranges never overlap, so together they cannot cover more than the sheet."""
    cut = (merge._replace(bottom=min(merge.bottom, end[0] + 1), right=min(merge.right, end[1])) for merge in merges)
    if sum(merge.size for merge in cut) > limits.area:
        raise Refusal(Reason.DAMAGED)


def _merge(start: tuple[int, int], end: tuple[int, int]) -> Merge:
    return Merge(start[0] + 1, start[1], end[0] + 1, end[1])


def _cells(values: Line, oddities: dict[int, str] | None) -> Line:
    """Ready for the wire, empty cells at the end left off."""
    cells = [packed(value) for value in values]
    for column, text in (oddities or {}).items():
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = odd(text)
    while cells and cells[-1] is None:
        cells.pop()
    return cells
