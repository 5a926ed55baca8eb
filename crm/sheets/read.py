"""A file a bureau sent, read into a grid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crm.sheets.grid import Book, Format, Row, Sheet
from crm.sheets.limits import Limits
from crm.sheets.places import Merge
from crm.sheets.reading_process import answers
from crm.sheets.refusal import Reason
from crm.sheets.unreadable import Unreadable
from crm.sheets.wire import unpacked_cell

USUAL = Limits()


def read(path: Path, *, name: str, limits: Limits = USUAL) -> Book:
    """An .xlsx, .xls or .csv, told apart by content; `name` is what its sender called it.

    The file is opened in a process of its own. Raises Unreadable, also for one that makes that process abort.
    """
    try:
        with closing(answers("read", path, name, limits)) as lines:
            return _book(name, lines)
    except (ValueError, KeyError, TypeError) as garbled:
        raise Unreadable(Reason.BROKE_OFF) from garbled


def _book(name: str, lines: Iterator[Any]) -> Book:
    _, kind = next(lines)
    sheets: list[Sheet] = []
    rows: list[Row] = []
    for line in lines:
        if line[0] == "sheet":
            _, title, is_hidden, merges, hidden_columns = line
            rows = []
            sheets.append(Sheet(title, rows, [Merge(*m) for m in merges], is_hidden, frozenset(hidden_columns)))
        else:
            number, is_hidden, cells = line
            rows.append(Row(number, tuple(map(unpacked_cell, cells)), is_hidden))
    return Book(name, Format(kind), sheets, tells_hidden=kind != Format.XLS)
