"""Staged rows in words: fields by the name of their column, values as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm.core.words import Say, _, is_english, say
from crm.enterprises import phones
from crm.imports import values
from crm.imports.models import ImportRow, ImportRun, RunState
from crm.imports.report import reason
from crm.imports.synonyms import vocabulary

EXTRA = "extra:"
STATES: dict[RunState, tuple[str, Say]] = {
    RunState.UPLOADED: ("neutral", say("Uploaded")),
    RunState.READING: ("neutral", say("Being read")),
    RunState.COLUMNS: ("soon", say("Columns to confirm")),
    RunState.CHECKING: ("soon", say("Being checked")),
    RunState.CHECKED: ("today", say("Checked, not written")),
    RunState.WRITING: ("soon", say("Being written")),
    RunState.WRITTEN: ("done", say("Written")),
    RunState.UNDONE: ("neutral", say("Taken back")),
    RunState.FAILED: ("overdue", say("Not readable")),
    RunState.DISCARDED: ("neutral", say("Discarded")),
}
BLOCK_TITLES = {
    "error": say("Rows with errors"),
    "doubt": say("Rows that look odd"),
    "change": say("Changed commissioners"),
    "deputy": say("Two officials in one cell"),
    "new": say("New"),
    "update": say("Changed"),
    "other": say("Other changes"),
    "same": say("Unchanged"),
    "repeat": say("Repeated rows"),
}

DOUBTS = "doubts"
ABOUT = {"doubt": (DOUBTS,), "change": ("commissioner",), "deputy": ("commissioner", "deputy")}
"""What a block is about; the rest of such a row stands in another block."""


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Complaint:
    column: str
    value: str
    why: str


@dataclass(frozen=True)
class ShownRow:
    """A staged row for a table of a page."""

    id: int
    sheet: str
    number: int
    name: str
    changes: list[Change]
    complaints: list[Complaint]


def field_label(kind: str, field: str) -> str:
    """The field as its column is headed; an own column by its label."""
    if field.startswith(EXTRA):
        return field.removeprefix(EXTRA)
    if field == DOUBTS:
        return _("Looks odd")
    known = vocabulary(kind).fields.get(field)
    return field if known is None else known.zh if not is_english() else known.en


def shown(run: ImportRun, row: ImportRow, *, is_own: bool, block: str = "") -> ShownRow:
    """Numbers that stand in the register stay masked; for others than the uploader the file's own ones too."""
    kept = {key: pair for key, pair in (row.changes or {}).items() if _is_about(block, key)}
    changed = sorted(kept.items(), key=lambda item: _rank(run.kind, item[0]))
    own = run.options.get("kept", {})
    is_number = {field: own.get(field.removeprefix(EXTRA)) == "phone" for field in kept}
    changes = [_change(run.kind, field, pair, is_own, is_number[field]) for field, pair in changed]
    complaints = [Complaint(e["column"], e["value"], reason(e)) for e in row.errors or []]
    name = row.values["said"].get("name") or row.values["said"].get("credit_code") or ""
    return ShownRow(row.id, row.sheet, row.number, name, changes, complaints)


def _is_about(block: str, key: str) -> bool:
    return key in ABOUT[block] if block in ABOUT else key != DOUBTS


def _rank(kind: str, field: str) -> tuple[bool, int, str]:
    """As a roster is laid out, the name first; the bureau's own columns last."""
    known = list(vocabulary(kind).fields)
    return (field not in known, known.index(field) if field in known else 0, field)


def _change(kind: str, field: str, pair: list[Any], is_own: bool, is_number: bool) -> Change:
    before, after = pair
    if is_number or field in ("phone", "mobile"):
        before, after = _masked(before), after if is_own else _masked(after)
    return Change(field_label(kind, field), values.shown(field, before) if before else "", values.shown(field, after))


def _masked(numbers: str | None) -> str | None:
    return phones.masked_all(numbers) if numbers else None
