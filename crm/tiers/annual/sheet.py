"""Figures as a kind of sheet: one row per enterprise and period. An empty cell leaves what stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.errors import Stale
from crm.core.journal import Changed, Journal, parts
from crm.core.staging import Choices, Errand, Findings, Line, Outcome
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.roster import matching
from crm.permissions import Permission
from crm.tiers.annual import services
from crm.tiers.annual.exporting import PARTS
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.queries import standing_of
from crm.tiers.annual.rules import recognise
from crm.tiers.annual.sheet_rows import Row, read, settle
from crm.timeline import Level, record_many
from crm.timeline import row as entry


class FiguresSheet:
    """Implements `SheetKind`."""

    derived: Sequence[Any] = ()

    def own_columns(self) -> dict[str, str]:
        return {}

    def defaults(self, sheets: list[str]) -> dict[str, dict[str, Any]]:
        """A sheet called 2025年 or 2025年上半年 says it of all its rows."""
        named = {sheet: period for sheet in sheets if (period := recognise(sheet, ""))}
        return {sheet: {"year": str(each.year), "period": PARTS[each.months]} for sheet, each in named.items()}

    def look(self, ids: Sequence[int]) -> None: ...

    def mend(self, ids: Sequence[int], seen: None) -> None: ...

    def plan(self, lines: list[Line], errand: Errand, *, locked: bool = False) -> Findings:
        return _findings(_plan(lines, errand, locked=locked))

    def write(self, lines: list[Line], errand: Errand, choices: Choices, journal: Journal) -> dict[str, int]:
        """Raises Stale as the roster does."""
        checked = {(line.sheet, line.number): (line.outcome, line.target, line.changes) for line in lines}
        rows = _plan(lines, errand, locked=True)
        planned = {(line.sheet, line.number): (line.outcome, line.target, line.changes) for line in lines}
        if moved := [line for line in lines if checked[line.sheet, line.number] != planned[line.sheet, line.number]]:
            raise Stale(moved)
        sound = [row for row in rows if row.line.outcome in (Outcome.NEW, Outcome.UPDATE)]
        taken = [row for row in sound if choices.stands_by_doubts or not row.doubts]
        try:
            _write(taken, errand, journal)
        except IntegrityError as clash:
            raise Stale([]) from clash
        new = sum(1 for row in taken if row.before is None)
        return {"new": new, "update": len(taken) - new, "left_out": len(sound) - len(taken)}


def _plan(lines: list[Line], errand: Errand, *, locked: bool) -> list[Row]:
    for line in lines:
        line.outcome, line.target, line.changes = None, None, {}
    known = matching.register(lines, errand, Permission.FIGURES_IMPORT)
    rows = [row for line in lines if (row := read(line, known)) is not None]
    ids = sorted({row.firm for row in rows})
    if locked:
        _hold(ids)
    settle(rows, standing_of(ids))
    for line in lines:
        if line.faults:
            line.outcome = Outcome.ERROR
    return rows


def _hold(ids: Sequence[int]) -> None:
    for some in parts(ids):
        rows = select(Enterprise.id).where(among(Enterprise.id, some)).order_by(Enterprise.id)
        db.session.execute(rows.with_for_update())


def _findings(rows: Iterable[Row]) -> Findings:
    findings = Findings()
    sound = [row for row in rows if row.line.outcome in (Outcome.NEW, Outcome.UPDATE)]
    for row in sound:
        place = {"sheet": row.line.sheet, "row": row.line.number}
        for doubt in row.doubts:
            findings.notices.append(say("%(sheet)s row %(row)s looks odd: %(doubt)s", **place, doubt=doubt))
    if unsaid := sum(1 for row in sound if row.has_no_source):
        findings.notices.append(say("%(n)s rows name no source: taken as told by the enterprise", n=unsaid))
    findings.counted["doubtful"] = sum(1 for row in sound if row.doubts)
    return findings


def _write(rows: Sequence[Row], errand: Errand, journal: Journal) -> None:
    ended = {"ended_at": clock.now(), "ended_as": "corrected", "ended_by_name": errand.by.name}
    stood = {"ended_at": None, "ended_as": "", "ended_by_name": ""}
    journal.update(
        PeriodFigures, [Changed(row.before.id, row.firm, stood, ended) for row in rows if row.before is not None]
    )
    made = [{**services.columns(row.firm, row.given, row.doubts, errand.by), **STANDS} for row in rows]
    ids = journal.insert(PeriodFigures, [{**values, "entered_at": clock.now()} for values in made])
    record_many([
        entry(row.firm, "figures.corrected" if row.before else "figures.entered", by=errand.by, via="import",
              subject=("period_figures", row_id), level=Level.RESTRICTED,
              **services.told(row.given, row.before.values if row.before else {}, row.doubts))
        for row, row_id in zip(rows, ids, strict=True)
    ])  # fmt: skip


STANDS = {"ended_as": "", "ended_by_name": ""}
