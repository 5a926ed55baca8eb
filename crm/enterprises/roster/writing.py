"""Writing a planned roster: the enterprises first, then each part its own tables, the index, the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.core import clock
from crm.core.bureau import bureau
from crm.core.journal import Changed
from crm.core.models import Setting
from crm.core.shown import wan, yuan_in_wan
from crm.core.staging import Line, Outcome
from crm.enterprises import phones
from crm.enterprises.models import Enterprise, Presence
from crm.enterprises.roster.fields import DERIVED
from crm.enterprises.roster.indexing import index_lines
from crm.enterprises.roster.parts import Batch, Part
from crm.enterprises.roster.said import EXTRA
from crm.timeline import record_many

OF_OTHERS = DERIVED | {"commissioner", "deputy", "leader"}
"""Changes that leave the enterprise's own version as it is."""
TOLD_APART = frozenset({"tier", "titles", "section"})
"""Changes that their parts record in words of their own."""
KNOWN_BY = ("id", "standing", "unit_id")


def write(batch: Batch, planned: Sequence[Part]) -> dict[str, int]:
    lines = [line for line in batch.lines if line.outcome in (Outcome.NEW, Outcome.UPDATE)]
    for part in planned:
        part.prepare(lines)
    new = [line for line in lines if line.outcome == Outcome.NEW]
    _add(batch, planned, new)
    _update(batch, planned, [line for line in lines if line.outcome == Outcome.UPDATE])
    for part in planned:
        part.write(lines)
    index_lines(lines, batch.firms)
    _start_of_use(batch)
    record_many(batch.entries)
    return {"new": len(new), "update": len(lines) - len(new)}


def _columns(planned: Sequence[Part], line: Line) -> dict[str, Any]:
    return {column: value for part in planned for column, value in part.columns(line).items()}


BLANK: dict[str, Any] = {
    **dict.fromkeys(
        ("credit_code", "territory_id", "section_id", "tier", "employees", "founded_on", "founded_precision")
    ),
    **dict.fromkeys(("registered_capital", "last_visit_on")),
    **dict.fromkeys(("short_name", "address", "legal_representative", "industry", "stock_code", "note"), ""),
    "capital_currency": "CNY",
    "capital_is_approximate": False,
}


def _add(batch: Batch, planned: Sequence[Part], lines: list[Line]) -> None:
    """New enterprises, present in the zone from today."""
    today, unit = batch.errand.today, batch.errand.unit.id
    rows = [{**BLANK, "unit_id": unit, **_columns(planned, line)} for line in lines]
    for line, made in zip(lines, batch.journal.insert(Enterprise, rows), strict=True):
        line.target = made
        told = {key: line.said.get(key) for key in ("name", "credit_code", "contact")}
        batch.tell(made, "enterprise.added", **told)
    present = [{"enterprise_id": line.target, "from_on": today, "reason": "imported"} for line in lines]
    batch.journal.insert(Presence, present)


def _update(batch: Batch, planned: Sequence[Part], lines: list[Line]) -> None:
    """One statement for all: every row gets all its columns, changed or not."""
    now, updates = clock.now(), []
    numbers = {EXTRA + label for label, kind in batch.errand.extras.items() if kind == "phone"}
    for line in lines:
        firm, values, own = batch.firm(line), _columns(planned, line), line.changes.keys() - OF_OTHERS
        if firm is None or not (values or own):
            continue
        before = {column: value for column, value in firm.row.items() if column not in KNOWN_BY}
        raised = {"version": firm.row["version"] + 1, "updated_at": now} if own else {}
        updates.append(Changed(firm.id, firm.id, before, {**before, **values, **raised}))
        if told := {key: _told(key, line.changes[key], numbers) for key in sorted(own - TOLD_APART)}:
            batch.tell(firm.id, "enterprise.updated", changes=told)
    batch.journal.update(Enterprise, updates)


def _told(key: str, pair: list[Any], numbers: set[str]) -> list[str]:
    """Before and after as the record keeps them: it says that a number changed, not which."""
    if key == "phone" or key in numbers:
        return [phones.masked_all(text or "") for text in pair]
    if key == "registered_capital":
        return [_amount(*value) if value else "" for value in pair]
    return ["、".join(map(str, value)) if isinstance(value, list) else str(value or "") for value in pair]


def _amount(units: int, currency: str, is_approximate: bool) -> str:
    return f"{'≈' if is_approximate else ''}{wan(yuan_in_wan(units))}{'' if currency == 'CNY' else f' {currency}'}"


def _start_of_use(batch: Batch) -> None:
    """The day of the first applied roster is the first day of real use, unless a day was set."""
    if bureau("go_live_on"):
        return
    today, by = batch.errand.today, batch.errand.by
    row = {"key": "go_live_on", "unit_id": 0, "value": today.isoformat(), "since": today}
    batch.journal.insert(Setting, [{**row, "set_by_id": by.id, "set_by_name": by.name}])
