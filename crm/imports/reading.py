"""An uploaded file as tables whose columns have a meaning: recognised, or corrected by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crm.core.words import Say, say
from crm.imports import headers
from crm.imports.extras import ExtraKind
from crm.imports.headers import Column, NoTable, Table
from crm.imports.synonyms import Vocabulary, vocabulary
from crm.sheets.grid import Book, Sheet
from crm.sheets.read import read

SAMPLES = 3
NAMED_ROWS = 30


@dataclass(frozen=True)
class Reading:
    """The tables of a file, the sheets without one, and what the reader has to tell."""

    words: Vocabulary
    tables: list[Table]
    without: list[NoTable]
    notices: list[Say]

    @property
    def rows(self) -> int:
        return sum(len(table.rows) for table in self.tables)


@dataclass(frozen=True)
class Role:
    """What a column is for: a field of the vocabulary, or a column the bureau keeps of its own."""

    column: Column
    field: str | None = None
    extra: str | None = None
    kind: ExtraKind = ExtraKind.TEXT


@dataclass(frozen=True)
class Wishes:
    """How the person corrected the guess: `mapping` head → field, `extras` head → kind of a column to keep."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)


def read_tables(path: Path, *, name: str, kind: str, mapping: Mapping[str, str]) -> Reading:
    """Raises Unreadable. Sheets without a header are named, not refused."""
    book = read(path, name=name)
    words = vocabulary(kind)
    found = [headers.read(sheet, words, mapping) for sheet in book.sheets if sheet.rows]
    tables = [table for table in found if isinstance(table, Table)]
    without = [none for none in found if isinstance(none, NoTable)]
    notices = [notice for sheet in book.sheets for notice in _hidden(sheet)] + _blind(book)
    return Reading(words, tables, without, notices + [notice for table in tables for notice in table.notices])


def _hidden(sheet: Sheet) -> list[Say]:
    found = []
    if sheet.hidden and sheet.rows:
        found.append(say("Sheet “%(sheet)s” is hidden and is read too", sheet=sheet.name))
    if rows := sheet.hidden_rows:
        named = "、".join(map(str, rows[:NAMED_ROWS])) + ("…" if len(rows) > NAMED_ROWS else "")
        found.append(
            say("Sheet “%(sheet)s” has hidden rows, they are read too: %(rows)s", sheet=sheet.name, rows=named)
        )
    return found


def _blind(book: Book) -> list[Say]:
    return (
        [] if book.tells_hidden else [say("Hidden rows of an .xls file cannot be told apart and are read like others")]
    )


def roles(table: Table, reading: Reading, wishes: Wishes, known_extras: Mapping[str, str]) -> list[Role]:
    """The columns that will be read. A head that is one of the bureau's own columns needs no tick."""
    found = []
    for column in table.columns:
        if column.field and reading.words.fields[column.field].kind != "ignored":
            found.append(Role(column, field=column.field))
        elif column.field is None and column.label in known_extras and not _left_out(column):
            found.append(Role(column, extra=column.label, kind=ExtraKind(known_extras[column.label])))
        elif column.extra and (column.by_hand or column.label in wishes.extras):
            kind = wishes.extras.get(column.label) or column.extra
            found.append(Role(column, extra=column.label, kind=ExtraKind(kind)))
    return found


def _left_out(column: Column) -> bool:
    return column.by_hand and column.extra is None


def unread(table: Table, taken: list[Role]) -> list[str]:
    """Heads of columns that have values and are neither read nor left out on purpose."""
    used = {role.column.index for role in taken}
    return [c.label for c in table.columns if c.index not in used and c.field is None and c.label and not _left_out(c)]


def describe(reading: Reading) -> list[dict[str, Any]]:
    """What the columns page shows and the run keeps."""
    tables = [
        {
            "name": table.sheet,
            "rows": len(table.rows),
            "header": list(table.header),
            "skipped": [{"row": skipped.number, "why": skipped.why.as_json()} for skipped in table.skipped],
            "columns": [_described(column, table) for column in table.columns],
        }
        for table in reading.tables
    ]
    return tables + [{"name": none.sheet, "why": none.why.as_json()} for none in reading.without]


def _described(column: Column, table: Table) -> dict[str, Any]:
    samples = (row.text(column.index) for row in table.rows)
    return {
        "label": column.label,
        "field": column.field,
        "unit": column.unit,
        "title": column.title,
        "extra": str(column.extra) if column.extra else None,
        "by_hand": column.by_hand,
        "samples": [text for text in samples if text][:SAMPLES],
    }
