"""What a workbook says, cell by cell, with the place every value came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from crm.sheets.places import Merge

Value: TypeAlias = str | int | Decimal | date | datetime | time | bool


class Format(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    BOOLEAN = "boolean"
    ERROR = "error"  # the cell shows #N/A, #REF! …; the value is that text
    UNCALCULATED = "uncalculated"  # a formula nobody has calculated yet; the value is ""


class Cell(NamedTuple):
    """A cell that is not empty (an empty one is None).

    Whole numbers are int, other numbers Decimal with the 15 digits a workbook keeps. `imprecise` marks a number
    that lost digits, such as an 18-digit code typed as a number; its value is then text like "9.144E+17".
    """

    value: Value
    kind: Kind = Kind.TEXT
    imprecise: bool = False

    @property
    def text(self) -> str:
        """The value as one would type it: 5000, 0.25, 2014-05-03, TRUE, #N/A."""
        match self.value:
            case bool():
                return "TRUE" if self.value else "FALSE"
            case Decimal():
                return format(self.value, "f")
            case datetime():
                return self.value.isoformat(" ")
            case date() | time():
                return self.value.isoformat()
            case _:
                return str(self.value)


class Row(NamedTuple):
    """A row with at least one value. `number` is the number Excel shows; `cells[0]` is column A."""

    number: int
    cells: tuple[Cell | None, ...]
    hidden: bool = False

    def at(self, column: int) -> Cell | None:
        return self.cells[column] if column < len(self.cells) else None

    def text(self, column: int) -> str:
        """The text of a cell, "" when it is empty."""
        cell = self.at(column)
        return cell.text if cell else ""


@dataclass(frozen=True)
class Sheet:
    """`rows` leaves out blank rows; the rest keep their numbers."""

    name: str
    rows: Sequence[Row]
    merges: Sequence[Merge] = ()
    hidden: bool = False
    hidden_columns: frozenset[int] = field(default_factory=frozenset)

    @property
    def width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)

    @property
    def hidden_rows(self) -> list[int]:
        return [row.number for row in self.rows if row.hidden]

    def filled(self) -> list[Row]:
        """The rows with the value of each merged range in every cell it covers; blank rows stay left out."""
        if not self.merges:
            return list(self.rows)
        grid = {row.number: list(row.cells) for row in self.rows}
        width = self.width
        for merge in self.merges:
            value = grid[merge.top][merge.left] if self._has(grid, merge) else None
            if value is None:
                continue
            for number in merge.rows_among(grid):
                _spread(grid[number], value, merge.left, min(merge.right, width - 1))
        return [row._replace(cells=tuple(grid[row.number])) for row in self.rows]

    @staticmethod
    def _has(grid: dict[int, list[Cell | None]], merge: Merge) -> bool:
        return merge.top in grid and merge.left < len(grid[merge.top])


def _spread(cells: list[Cell | None], value: Cell, left: int, right: int) -> None:
    cells.extend([None] * (right + 1 - len(cells)))
    cells[left : right + 1] = [value] * (right + 1 - left)


@dataclass(frozen=True)
class Book:
    """`name` is the file's name as uploaded; the only sheet of a CSV bears it too.

    `tells_hidden` is False for .xls: its hidden rows look like others and its error cells look empty.
    """

    name: str
    format: Format
    sheets: Sequence[Sheet]
    tells_hidden: bool = True
