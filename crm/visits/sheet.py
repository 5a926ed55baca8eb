"""走访台账 as a kind of sheet: one row is one visit of its own author on its own day, entered by whoever imports it.

A row is known again by its number, by what it says, or by the key it got when it was first read: the same ledger
brings nothing twice. Of a visit that is there already only the words and whom one met may be mended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.core.among import among
from crm.core.db import db
from crm.core.errors import Stale
from crm.core.journal import Journal, parts
from crm.core.staging import Choices, Errand, Findings, Line, Outcome
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.roster import matching
from crm.permissions import Permission
from crm.visits import ledger_rows, ledger_writing
from crm.visits.ledger_people import people
from crm.visits.ledger_reading import Reader
from crm.visits.ledger_rows import Row
from crm.workdays.queries import calendar


class Ledger:
    """Implements `SheetKind`. `refreshes` compute other rooms' derived columns of these enterprises anew."""

    def __init__(self, refreshes: Sequence[Callable[[Sequence[int]], None]] = (), *, is_own: bool = False) -> None:
        """`is_own`: the sheet of one official (填报表), who may visit any enterprise and speaks of himself only."""
        self.derived: Sequence[Any] = ()
        self.refreshes, self.is_own = refreshes, is_own

    def own_columns(self) -> dict[str, str]:
        return {}

    def defaults(self, sheets: list[str]) -> dict[str, dict[str, Any]]:
        return {}

    def look(self, ids: Sequence[int]) -> None: ...

    def mend(self, ids: Sequence[int], seen: None) -> None:
        for refresh in self.refreshes:
            refresh(ids)

    def plan(self, lines: list[Line], errand: Errand, *, locked: bool = False) -> Findings:
        return self._plan(lines, errand, locked=locked)[0]

    def _plan(self, lines: list[Line], errand: Errand, *, locked: bool) -> tuple[Findings, list[Row]]:
        known = matching.register(lines, errand, Permission.VISIT_RECORD if self.is_own else Permission.IMPORT)
        if locked:
            _hold(known)
        me = errand.user if self.is_own else None
        reader = Reader(known, people(lines), errand.today, calendar(), me)
        sound = [row for line in lines if (row := reader.read(line)) is not None]
        ledger_rows.recognise(sound, reader, is_bound=errand.user is not None)
        findings = Findings(officials=list(dict.fromkeys(row.name for row in sound if row.is_by_stranger)))
        if repeats := sum(1 for line in lines if line.outcome == Outcome.REPEAT):
            findings.notices.append(say("%(n)s rows repeat an earlier row of the file and count once", n=repeats))
        if by_default := sum(1 for row in sound if row.line.outcome == Outcome.NEW and not row.line.said.get("way")):
            findings.notices.append(say("%(n)s rows say no way of visiting: taken as on site", n=by_default))
        return findings, sound

    def write(self, lines: list[Line], errand: Errand, choices: Choices, journal: Journal) -> dict[str, int]:
        """Raises Stale as the roster does."""
        checked = {(line.sheet, line.number): (line.outcome, line.target, line.version, line.changes) for line in lines}
        _findings, rows = self._plan(lines, errand, locked=True)
        planned = {(line.sheet, line.number): (line.outcome, line.target, line.version, line.changes) for line in lines}
        if moved := [line for line in lines if checked[line.sheet, line.number] != planned[line.sheet, line.number]]:
            raise Stale(moved)
        try:
            done, firms = ledger_writing.write(rows, errand, choices, journal)
        except IntegrityError as clash:
            raise Stale([]) from clash
        for refresh in self.refreshes:
            refresh(firms)
        return done


def _hold(known: matching.Register) -> None:
    """Lock the enterprises of the rows in id order, as every service does."""
    meant = {one.id for one in known.by_code.values()} | {one.id for many in known.by_name.values() for one in many}
    for some in parts(sorted(meant)):
        db.session.execute(
            select(Enterprise.id).where(among(Enterprise.id, some)).order_by(Enterprise.id).with_for_update()
        )
