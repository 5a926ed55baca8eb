"""The roster as a kind of sheet: plans what its rows change, and writes a plan set by set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.errors import Stale
from crm.core.journal import Changed, Journal, parts
from crm.core.models import Setting
from crm.core.staging import Choices, Errand, Findings, Line, Outcome
from crm.enterprises.models import Enterprise, Presence
from crm.enterprises.roster import extras, firms, likeness, matching, places, repeats
from crm.enterprises.roster.contact import Contacts
from crm.enterprises.roster.extras import Extras
from crm.enterprises.roster.fields import DERIVED, Fields
from crm.enterprises.roster.indexing import index_lines
from crm.enterprises.roster.leaders import Leaders
from crm.enterprises.roster.parts import Batch, Part
from crm.enterprises.roster.places import Places
from crm.enterprises.roster.serving import Serving
from crm.timeline import record_many

PARTS: tuple[type[Part], ...] = (Fields, Places, Serving, Leaders, Contacts, Extras)
OF_OTHERS = DERIVED | {"commissioner", "deputy", "leader"}
"""Changes that leave the enterprise's own version as it is."""


class Roster:
    """Implements `SheetKind`. Rooms further right add their columns as parts and take open work along on hand-overs."""

    def __init__(self, more: Sequence[type[Part]] = (), passes_on: Callable[..., dict[int, int]] | None = None) -> None:
        self.parts = (*PARTS, *more)
        self.passes_on = passes_on

    def own_columns(self) -> dict[str, str]:
        return extras.known()

    def defaults(self, sheets: list[str]) -> dict[str, dict[str, Any]]:
        """A sheet called like a park or sub-district says where its firms are."""
        return {sheet: {"territory": name} for sheet, name in places.territories(sheets).items()}

    def plan(self, lines: list[Line], errand: Errand, *, locked: bool = False) -> Findings:
        return self._plan(lines, errand, locked=locked)[0].findings

    def _plan(self, lines: list[Line], errand: Errand, *, locked: bool) -> tuple[Batch, list[Part]]:
        if locked:
            _hold([line.target for line in lines if line.target])
        batch = Batch(errand, lines, passes_on=self.passes_on)
        known = matching.register(lines, errand)
        for line in lines:
            line.target = line.version = None
            matching.match(line, known)
        repeats.settle(lines, batch.findings)
        planned = [part(batch) for part in self.parts]
        _compare(batch, planned)
        if not locked:
            _advise(batch, planned)
        return batch, planned

    def write(self, lines: list[Line], errand: Errand, choices: Choices, journal: Journal) -> dict[str, int]:
        """Raises Stale when a row's plan is no longer the one that was checked, naming the rows."""
        checked = {(line.sheet, line.number): (line.outcome, line.target, line.version, line.changes) for line in lines}
        batch, planned = self._plan(lines, errand, locked=True)
        moved = [
            line
            for line in lines
            if checked[line.sheet, line.number] != (line.outcome, line.target, line.version, line.changes)
        ]
        if moved:
            raise Stale(moved)
        batch.choices, batch.journal = choices, journal
        try:
            return _write(batch, planned)
        except IntegrityError as clash:
            raise Stale([]) from clash


def _hold(ids: list[int]) -> None:
    """Lock the enterprises in id order, as every service does."""
    for some in parts(sorted(ids), firms.FIRMS_AT_ONCE):
        db.session.execute(
            select(Enterprise.id).where(Enterprise.id.in_(some)).order_by(Enterprise.id).with_for_update()
        )


def _compare(batch: Batch, planned: Sequence[Part]) -> None:
    batch.firms = firms.load([line.target for line in batch.lines if line.target], batch.errand.today)
    for part in planned:
        part.load()
    for line in batch.lines:
        if line.outcome == Outcome.REPEAT:
            continue
        line.changes = {}
        for part in planned:
            part.compare(line, batch.firm(line))
        line.outcome = _outcome(line)


def _outcome(line: Line) -> Outcome:
    if line.faults:
        return Outcome.ERROR
    if line.target is None:
        return Outcome.NEW
    return Outcome.UPDATE if line.changes else Outcome.SAME


def _advise(batch: Batch, planned: Sequence[Part]) -> None:
    sound = [line for line in batch.lines if line.is_sound]
    for part in planned:
        part.advise(sound)
    batch.findings.notices += likeness.hints(sound)


def _write(batch: Batch, planned: Sequence[Part]) -> dict[str, int]:
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
        batch.tell(made, "enterprise.added", name=line.said["name"], credit_code=line.said.get("credit_code"))
    present = [{"enterprise_id": line.target, "from_on": today, "reason": "imported"} for line in lines]
    batch.journal.insert(Presence, present)


def _update(batch: Batch, planned: Sequence[Part], lines: list[Line]) -> None:
    """One statement for all: every row gets all its columns, changed or not."""
    now, updates = clock.now(), []
    for line in lines:
        firm = batch.firm(line)
        values = _columns(planned, line)
        own = line.changes.keys() - OF_OTHERS
        if firm is None or not (values or own):
            continue
        before = {column: value for column, value in firm.row.items() if column not in ("id", "standing", "unit_id")}
        after = {**before, **values, **({"version": firm.row["version"] + 1, "updated_at": now} if own else {})}
        updates.append(Changed(firm.id, firm.id, before, after))
        if own:
            batch.tell(
                firm.id,
                "enterprise.changed",
                changes={key: line.changes[key] for key in sorted(own)},
                source=batch.errand.source,
            )
    batch.journal.update(Enterprise, updates)


def _start_of_use(batch: Batch) -> None:
    """The day of the first applied roster is the first day of real use, unless a day was set."""
    if bureau("go_live_on"):
        return
    today = batch.errand.today
    row = {
        "key": "go_live_on",
        "unit_id": 0,
        "value": today.isoformat(),
        "since": today,
        "set_by_id": batch.errand.by.id,
    }
    batch.journal.insert(Setting, [{**row, "set_by_name": batch.errand.by.name}])
