"""Cells into lines: every cell read as its column wants it, one reason for each that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from crm.core.staging import Line
from crm.core.words import Say, say
from crm.imports import cells, extras, values
from crm.imports.headers import Table
from crm.imports.outcome import Problem, shows_error
from crm.imports.reading import Role
from crm.imports.synonyms import Vocabulary
from crm.sheets.grid import Row

EXTRA = "extra:"
MOST_ROWS = 8
TELL_EVERY = 250


class Reader:
    """Turns the rows of one table into lines; `remarks` tells what was read otherwise than written."""

    def __init__(self, table: Table, roles: Sequence[Role], words: Vocabulary, defaults: Mapping[str, Any]) -> None:
        self.table, self.roles, self.words, self.defaults = table, roles, words, defaults
        self._noted: dict[tuple[str, Say], list[int]] = {}

    def lines(self, progress: Callable[[int], None]) -> Iterator[Line]:
        for count, row in enumerate(self.table.rows, start=1):
            yield self._line(row)
            if count % TELL_EVERY == 0:
                progress(count)

    def _line(self, row: Row) -> Line:
        line = Line(self.table.sheet, row.number, {})
        for role in self.roles:
            self._take(line, role, row)
        for key, value in self.defaults.items():
            line.said.setdefault(key, value)
        return line

    def _take(self, line: Line, role: Role, row: Row) -> None:
        cell = row.at(role.column.index)
        if cell is None:
            return
        if shows_error(cell):
            note = say("%(value)s is read as empty", value=cell.text.strip())
            self._noted.setdefault((role.column.label, note), []).append(row.number)
            return
        key = role.field or f"{EXTRA}{role.extra}"
        text = cell.text
        if role.field:
            field = self.words.fields[role.field]
            outcome = cells.parse(field, cell, unit=role.column.unit, title=role.column.title)
        else:
            outcome = extras.parse(role.kind, cell)
        line.typed.setdefault(key, text)
        if isinstance(outcome, Problem):
            line.refuse(key, outcome.say)
            return
        if outcome.note:
            self._noted.setdefault((role.column.label, outcome.note), []).append(row.number)
        if outcome.value is None:
            return
        value = values.plain(self.words.fields[role.field], outcome.value) if role.field else outcome.value
        line.said[key] = (
            values.together(line.said[key], value) if key in line.said and isinstance(value, list) else value
        )

    @property
    def remarks(self) -> list[Say]:
        """One for each column and reason, with the rows it is about."""
        return [self._remark(column, note, numbers) for (column, note), numbers in self._noted.items()]

    def _remark(self, column: str, note: Say, numbers: list[int]) -> Say:
        sheet, told = self.table.sheet, "、".join(map(str, numbers[:MOST_ROWS]))
        if len(numbers) == 1:
            return say("%(sheet)s row %(row)s, %(column)s: %(note)s", sheet=sheet, row=told, column=column, note=note)
        return say(
            "%(sheet)s, %(n)s rows (%(rows)s), %(column)s: %(note)s",
            sheet=sheet,
            n=len(numbers),
            rows=f"{told} …" if len(numbers) > MOST_ROWS else told,
            column=column,
            note=note,
        )
