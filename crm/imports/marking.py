"""The error workbook: the file as it came, its bad cells marked, a reason at the end of each bad row."""

from __future__ import annotations

from pathlib import Path

from crm.files import store
from crm.imports.models import ImportRun
from crm.imports.report import errors, reason
from crm.sheets.marked import Mark, write_marked


def write_error_book(run: ImportRun, target: Path) -> None:
    """Always an .xlsx; mended and uploaded again, its other rows say nothing new. Raises Unreadable."""
    marks = [
        Mark(row.sheet, row.number, error["index"], reason(error)) for row in errors(run.id) for error in row.errors
    ]
    source = store.path_of(run.file.stored_as)
    write_marked(source, target, name=run.file.name, heading_rows=run.options["headings"], marks=marks)
