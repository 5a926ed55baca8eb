"""Rows of an uploaded table on their way into the database: what the file says, what it would change, what is wrong.

The import room reads the file and keeps the lines; the domain plans what each would change, and writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from crm.core.journal import Journal
from crm.core.words import Say


class Outcome(StrEnum):
    NEW = "new"
    UPDATE = "update"
    SAME = "same"
    REPEAT = "repeat"  # says again what an earlier row of the file said
    ERROR = "error"


@dataclass(frozen=True)
class Fault:
    """Why one cell cannot be taken: its field, what it shows, and what to do about it."""

    field: str
    value: str
    why: Say


@dataclass
class Line:
    """One data row. `said` holds what its filled cells mean, by field; `typed` what they show.

    `changes` maps a field to [before, after]; `target` is the row of the domain's root table, None for a new one.
    """

    sheet: str
    number: int
    said: dict[str, Any]
    typed: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    outcome: Outcome | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    target: int | None = None
    version: int | None = None

    def refuse(self, key: str, why: Say) -> None:
        """Keep one reason per cell: the first is the one to mend first."""
        if all(fault.field != key for fault in self.faults):
            self.faults.append(Fault(key, self.typed.get(key, ""), why))

    @property
    def is_sound(self) -> bool:
        return not self.faults and self.outcome != Outcome.REPEAT


def first_sound(lines: Sequence[Line]) -> Line:
    """The row that counts among several saying the same: the first without a fault, else the first."""
    return next((line for line in lines if not line.faults), lines[0])


@dataclass
class Findings:
    """What a plan wants to tell: sentences, and what needs a word of confirmation before it is written."""

    notices: list[Say] = field(default_factory=list)
    officials: list[str] = field(default_factory=list)
    units: dict[str, list[str]] = field(default_factory=dict)
    loads: list[dict[str, Any]] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Handover:
    """The one note, document and day of all changed commissioners of a file."""

    note: str
    document_no: str
    on: date


@dataclass(frozen=True)
class Choices:
    """What was confirmed after the check. `officials_unit` None: nobody is created, `handover` None: nobody changes.

    Without `stands_by_doubts` rows that look wrong are left out.
    """

    officials_unit: int | None = None
    creates_units: bool = False
    deputies: bool = False
    handover: Handover | None = None
    stands_by_doubts: bool = False


@dataclass(frozen=True)
class Errand:
    """On whose behalf a file is read: `user` None is the command line, which may do everything.

    `extras` are the bureau's own columns of this file: label → kind of value.
    """

    unit: Any
    by: Any
    user: Any | None
    source: str
    today: date
    extras: Mapping[str, str] = field(default_factory=dict)
    enters_unknown: bool = False
    """Enterprises that the register does not have are entered as provisional ones."""


class SheetKind(Protocol):
    """What a domain offers for tables of its kind (roster, people …)."""

    def own_columns(self) -> dict[str, str]:
        """The bureau's own columns: label → kind of value."""
        ...

    def defaults(self, sheets: list[str]) -> dict[str, dict[str, Any]]:
        """What the name of a sheet says about all its rows: sheet → field → value."""
        ...

    def plan(self, lines: list[Line], errand: Errand, *, locked: bool = False) -> Findings:
        """Give every sound line outcome, changes, target and version; refuse what breaks a rule.

        `locked` inside the transaction that will write: the targets are held first, nothing is looked up for advice.
        """
        ...

    derived: Sequence[Any]
    """Tables whose rows come and go with the root's, unrecorded: indexes, notices."""

    def look(self, ids: Sequence[int]) -> Any:
        """What must be known of rows before an import is taken back, for `mend`."""
        ...

    def mend(self, ids: Sequence[int], seen: Any) -> None:
        """Bring up to date what is derived from rows that an undo has just restored."""
        ...

    def write(self, lines: list[Line], errand: Errand, choices: Choices, journal: Journal) -> dict[str, int]:
        """Carry out planned lines in a fixed number of statements per thousand rows; returns what was done."""
        ...
