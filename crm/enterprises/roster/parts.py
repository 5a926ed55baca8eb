"""The frame of a roster's plan: one part per group of columns, each comparing and writing its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from crm.core.journal import Changed, Journal
from crm.core.staging import Choices, Errand, Findings, Line
from crm.enterprises.roster.firms import Firm, Held
from crm.enterprises.roster.officials import Officials
from crm.timeline import row as entry


@dataclass
class Batch:
    """What all parts of one plan share. `journal`, `choices` and ids of new firms are there once it is written."""

    errand: Errand
    lines: list[Line]
    firms: dict[int, Firm] = field(default_factory=dict)
    officials: Officials = field(default_factory=Officials)
    findings: Findings = field(default_factory=Findings)
    journal: Journal = field(default_factory=Journal)
    choices: Choices = field(default_factory=Choices)
    entries: list[dict[str, Any]] = field(default_factory=list)
    passes_on: Callable[..., dict[int, int]] | None = None

    def firm(self, line: Line) -> Firm | None:
        return self.firms.get(line.target) if line.target else None

    def tell(
        self, enterprise_id: int | None, kind: str, /, *, subject: tuple[str, int] | None = None, **body: Any
    ) -> None:
        """Keep an entry for the record; all are written in one statement at the end."""
        self.entries.append(entry(enterprise_id, kind, by=self.errand.by, subject=subject, via="import", **body))


class Part(Protocol):
    """A group of columns. It is made anew for each plan and may remember between `compare` and `write`."""

    def __init__(self, batch: Batch) -> None: ...

    def load(self) -> None:
        """Look up what the lines name, before any is compared."""

    def compare(self, line: Line, firm: Firm | None) -> None:
        """Put what differs into the line's changes, or refuse a cell."""

    def advise(self, lines: list[Line]) -> None:
        """Add notices and questions about the sound lines."""

    def prepare(self, lines: list[Line]) -> None:
        """Create what the lines refer to, before the firms are written."""

    def columns(self, line: Line) -> dict[str, Any]:
        """The columns of the enterprise's own row that change."""

    def write(self, lines: list[Line]) -> None:
        """Write the rows of other tables; every line has its target by now."""


class Quiet:
    """Steps a part may leave out."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def load(self) -> None: ...

    def advise(self, lines: list[Line]) -> None: ...

    def prepare(self, lines: list[Line]) -> None: ...

    def columns(self, line: Line) -> dict[str, Any]:
        return {}

    def write(self, lines: list[Line]) -> None: ...


def changed(lines: Iterable[Line], key: str) -> list[tuple[Line, Any, Any]]:
    """The lines that change a field, with before and after."""
    return [(line, *line.changes[key]) for line in lines if key in line.changes]


def close(held: Held | None, line: Line, today: date) -> list[Changed]:
    """The end of a dated row; one that began today ends empty."""
    if held is None:
        return []
    return [Changed(held.id, line.target, {"until_on": None}, {"until_on": max(held.since, today)})]


def compare_plain(line: Line, known: dict[str, Any], keys: Iterable[str]) -> None:
    for key in keys:
        value, now = line.said.get(key), known.get(key)
        if value is not None and value != now and not (isinstance(now, str) and same_words(value, now)):
            line.changes[key] = [now or None, value]


def same_words(one: str, other: str) -> bool:
    """Spaces, line breaks and full width make no difference: a file never says more by them."""
    return _flat(one) == _flat(other)


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
