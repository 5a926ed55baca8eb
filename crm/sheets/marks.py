"""What both ways of marking a workbook share; pure, because the reading process loads it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

REASON_HEADING = "问题说明"  # the importer passes over a column with this heading, whatever the language of the pages
REASON_WIDTH = 42
FILL = "FFC7CE"
BETWEEN_REASONS = "；"


class CellMark(NamedTuple):
    row: int
    column: int | None
    reason: str


@dataclass(frozen=True)
class SheetMarks:
    """The marks of one sheet, and the row that holds its headings."""

    name: str
    heading_row: int
    marks: list[CellMark]

    def reasons(self) -> dict[int, str]:
        """Row → all its reasons, each once, from left to right."""
        rows: dict[int, dict[str, None]] = {}
        for mark in sorted(self.marks, key=lambda mark: (mark.row, -1 if mark.column is None else mark.column)):
            rows.setdefault(mark.row, {})[mark.reason] = None
        return {row: BETWEEN_REASONS.join(reason.rstrip("。") for reason in reasons) for row, reasons in rows.items()}

    def bad_cells(self) -> set[tuple[int, int]]:
        return {(mark.row, mark.column) for mark in self.marks if mark.column is not None}

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "heading_row": self.heading_row, "marks": self.marks}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> SheetMarks:
        return cls(stored["name"], stored["heading_row"], [CellMark(*mark) for mark in stored["marks"]])
