"""A list of quoted and listed firms as a kind of sheet: each row takes an attempt over as it stands, with its day.

A firm is known by credit code, stock code, or name. The same row brings nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError

from crm.core.errors import Stale
from crm.core.journal import Journal
from crm.core.staging import Choices, Errand, Findings, Line, Outcome
from crm.core.words import Say, say
from crm.cultivation import taking_over
from crm.cultivation.beside import look_beside
from crm.cultivation.listed_firms import Known, firm_of, known_of
from crm.cultivation.rules import markets
from crm.cultivation.rules.history import Event, Sort, Step, board_of, faults, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.taking_over import Row
from crm.enterprises import names


class Standings:
    """Implements `SheetKind`."""

    derived: Sequence[Any] = ()

    def own_columns(self) -> dict[str, str]:
        return {}

    def defaults(self, sheets: list[str]) -> dict[str, dict[str, Any]]:
        return {}

    def look(self, ids: Sequence[int]) -> None: ...

    def mend(self, ids: Sequence[int], seen: None) -> None: ...

    def plan(self, lines: list[Line], errand: Errand, *, locked: bool = False) -> Findings:
        return self._plan(lines, errand, locked=locked)[0]

    def _plan(self, lines: list[Line], errand: Errand, *, locked: bool) -> tuple[Findings, list[Row]]:
        for line in lines:
            line.outcome, line.target, line.changes = None, None, {}
        known = known_of(lines, errand, locked=locked)
        rows = [row for line in lines if (row := _read(line, known, errand)) is not None]
        _refuse_second_ones(rows)
        for row in rows:
            if not row.line.faults and row.line.outcome is None:
                _settle(row, known, errand.today)
        look_beside([row for row in rows if row.event is not None and not row.line.faults], known)
        for line in lines:
            if line.faults:
                line.outcome = Outcome.ERROR
        return Findings(notices=list(_notices([row for row in rows if row.line.outcome == Outcome.NEW]))), rows

    def write(self, lines: list[Line], errand: Errand, choices: Choices, journal: Journal) -> dict[str, int]:
        """Raises Stale as the roster does."""
        checked = {(line.sheet, line.number): (line.outcome, line.target) for line in lines}
        _findings, rows = self._plan(lines, errand, locked=True)
        if moved := [line for line in lines if checked[line.sheet, line.number] != (line.outcome, line.target)]:
            raise Stale(moved)
        try:
            return taking_over.write([row for row in rows if row.line.outcome == Outcome.NEW], errand)
        except IntegrityError as clash:
            raise Stale([]) from clash


def _read(line: Line, known: Known, errand: Errand) -> Row | None:
    """The row with its market, day and firm; None when it cannot be one."""
    market = markets.recognise(line.said.get("market") or "")
    if market is None:
        line.refuse("market", say("Name the market: %(known)s", known="、".join(markets.labels())))
    day = _day(line)
    firm = firm_of(line, known, errand)
    if market is None or day is None or line.faults:
        return None
    line.target = firm.id if firm else None
    key = firm.id if firm else names.normal(line.said["name"])
    origin = markets.origin(line.said.get("origin") or "")
    return Row(line, key, firm.id if firm else None, market, day, origin)


def _day(line: Line) -> date | None:
    """A month or a year means its first day."""
    text = line.said.get("since")
    if not text:
        line.refuse("since", say("The day is missing"))
        return None
    return date.fromisoformat((text + "-01-01")[:10])


def _refuse_second_ones(rows: Iterable[Row]) -> None:
    """One row per firm and kind of track; saying the same again counts once."""
    first: dict[tuple[int | str, str], Row] = {}
    for row in rows:
        before = first.setdefault((row.key, row.market.kind), row)
        if before is row:
            continue
        if (before.market, before.on) == (row.market, row.on):
            row.line.outcome = Outcome.REPEAT
        else:
            row.line.refuse("name", say("An earlier row of the file says otherwise of this enterprise"))


def _settle(row: Row, known: Known, today: date) -> None:
    """New, the same as it stands, or refused because the attempt could not have been so."""
    kind = ladder().kinds[row.market.kind]
    attempts = known.courses.get((row.firm or 0, kind.code), [])
    courses = [(track, events, course) for track, events in attempts if (course := steps(events)) or not track.state]
    if any(_says(row, course[: place + 1]) for _track, _events, course in courses for place in range(len(course))):
        row.line.outcome = Outcome.SAME
        return
    if any(track.is_restricted for track, _events, course in courses if course):  # the run is shared: not a word of it
        row.line.refuse("market", say("This cannot be taken over here: record it in the file of the enterprise"))
        return
    if still_open := next((track for track, _events in attempts if track.is_open), None):
        told = {"state": kind.states[still_open.state], "day": still_open.since_on}
        row.line.refuse("market", say("There is an open track already: %(state)s since %(day)s", **told))
        return
    ended = [course[-1].on for _track, _events, course in courses if course]
    row.goes_on = next(((track, len(events)) for track, events, course in courses if not course), None)
    seq = row.goes_on[1] + 1 if row.goes_on else 1
    row.attempt = row.goes_on[0].attempt if row.goes_on else max((t.attempt for t, _e in attempts), default=0) + 1
    row.event = Event(seq, Sort.BASELINE, row.market.state, row.on, row.market.board, row.origin)
    for obstacle in faults(kind, steps([row.event]), today, max(ended, default=None)):
        row.line.refuse("since" if obstacle.field == "on" else "market", obstacle.why)
    row.line.changes = {"market": [None, row.market.label], "since": [None, row.on.isoformat()]}
    row.line.outcome = Outcome.NEW


def _says(row: Row, course: Sequence[Step]) -> bool:
    """Whether the last of these steps is what the row tells: taken over, or recorded one by one."""
    return (row.market.state, row.market.board, row.on) == (course[-1].state, board_of(course), course[-1].on)


def _notices(rows: Sequence[Row]) -> Iterator[Say]:
    if unknown := len({row.key for row in rows if row.firm is None}):
        yield say("%(n)s enterprises are not in the register and are entered without a code", n=unknown)
    if closed := len({row.key for row in rows if row.closes}):
        yield say("%(n)s enterprises: a quotation ends with the listing and is closed on its day", n=closed)
    if twice := len({row.key for row in rows if row.warnings}):
        yield say("%(n)s enterprises are listed while a quotation is open: they count in both figures", n=twice)
