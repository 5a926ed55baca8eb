"""The roster as a kind of sheet: plans what its rows change, and writes a plan set by set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.errors import Stale
from crm.core.journal import Journal, parts
from crm.core.staging import Choices, Errand, Findings, Line, Outcome
from crm.enterprises.models import Enterprise, NearKey, SearchGram, SearchKey
from crm.enterprises.roster import extras, firms, indexing, likeness, matching, places, repeats, writing
from crm.enterprises.roster.contact import Contacts
from crm.enterprises.roster.extras import Extras
from crm.enterprises.roster.fields import Fields
from crm.enterprises.roster.leaders import Leaders
from crm.enterprises.roster.parts import Batch, Part
from crm.enterprises.roster.places import Places
from crm.enterprises.roster.serving import Serving

PARTS: tuple[type[Part], ...] = (Fields, Places, Serving, Leaders, Contacts, Extras)


class Roster:
    """Implements `SheetKind`. Rooms further right add their columns as parts and take open work along on hand-overs."""

    def __init__(
        self,
        more: Sequence[type[Part]] = (),
        passes_on: Callable[..., dict[int, int]] | None = None,
        refreshes: Sequence[Callable[[Sequence[int]], None]] = (),
    ) -> None:
        """`refreshes` compute other rooms' derived columns of these enterprises anew."""
        self.derived: Sequence[Any] = (SearchGram, SearchKey, NearKey)
        self.parts = (*PARTS, *more)
        self.passes_on, self.refreshes = passes_on, refreshes

    def look(self, ids: Sequence[int]) -> dict[int, firms.Firm]:
        return firms.load(ids, clock.today())

    def mend(self, ids: Sequence[int], seen: dict[int, firms.Firm]) -> None:
        indexing.index_again(seen, firms.load(ids, clock.today()))
        for refresh in self.refreshes:
            refresh(ids)

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
        repeats.settle(lines, batch.findings, lambda some: self._try(some, errand))
        planned = [part(batch) for part in self.parts]
        _compare(batch, planned)
        if not locked:
            _advise(batch, planned)
        return batch, planned

    def _try(self, lines: list[Line], errand: Errand) -> None:
        """Find what is wrong with these rows; nothing else is kept of the comparison."""
        trial = Batch(errand, lines)
        for line in lines:
            line.outcome = None
        _compare(trial, [part(trial) for part in self.parts])

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
            return writing.write(batch, planned)
        except IntegrityError as clash:
            raise Stale([]) from clash


def _hold(ids: list[int]) -> None:
    """Lock the enterprises in id order, as every service does."""
    for some in parts(sorted(ids), firms.FIRMS_AT_ONCE):
        db.session.execute(
            select(Enterprise.id).where(among(Enterprise.id, some)).order_by(Enterprise.id).with_for_update()
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
