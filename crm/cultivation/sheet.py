"""A list of quoted and listed firms as a kind of sheet: each row takes an attempt over as it stands, with its day.

A firm is known by credit code, stock code, or name. The same row brings nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.core.among import among
from crm.core.db import db
from crm.core.errors import Stale
from crm.core.journal import Journal, parts
from crm.core.staging import Choices, Errand, Findings, Line, Outcome
from crm.core.words import say
from crm.cultivation import taking_over
from crm.cultivation.models import Track, TrackEvent
from crm.cultivation.queries import history
from crm.cultivation.rules import markets
from crm.cultivation.rules.history import Event, Sort, faults, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.taking_over import Row
from crm.enterprises import names
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.roster import matching

Courses = dict[tuple[int, str], list[tuple[Track, list[Event]]]]
"""By enterprise and kind its attempts, each with its events."""


@dataclass
class Known:
    """What the register has of the firms that the file means."""

    register: matching.Register
    by_stock: dict[str, list[matching.Found]]
    courses: Courses


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
        known = _known(lines, errand, locked=locked)
        rows = [row for line in lines if (row := _read(line, known, errand)) is not None]
        _refuse_second_ones(rows)
        for row in rows:
            if not row.line.faults and row.line.outcome is None:
                _settle(row, known, errand.today)
        for line in lines:
            if line.faults:
                line.outcome = Outcome.ERROR
        findings = Findings()
        if unknown := len({row.key for row in rows if row.firm is None and row.line.outcome == Outcome.NEW}):
            findings.notices.append(
                say("%(n)s enterprises are not in the register and are entered without a code", n=unknown)
            )
        return findings, rows

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


def _known(lines: list[Line], errand: Errand, *, locked: bool) -> Known:
    register = matching.register(lines, errand)
    by_stock = _of_stock_codes(lines, errand)
    meant = [*register.by_code.values(), *(f for many in register.by_name.values() for f in many)]
    ids = sorted({found.id for found in (*meant, *(f for many in by_stock.values() for f in many))})
    if locked:
        for some in parts(ids):
            rows = select(Enterprise.id).where(among(Enterprise.id, some)).order_by(Enterprise.id)
            db.session.execute(rows.with_for_update())
    return Known(register, by_stock, _courses(ids))


def _of_stock_codes(lines: Iterable[Line], errand: Errand) -> dict[str, list[matching.Found]]:
    """Firms in the register by stock code; one that was merged means the other, which has taken the code over."""
    codes = sorted({line.said["stock_code"] for line in lines if line.said.get("stock_code")})
    living = [one for one in matching.asked(errand, Enterprise.stock_code, codes) if one.standing != Standing.MERGED]
    of_firm = {}
    for some in parts([one.id for one in living], 1000):
        query = select(Enterprise.id, Enterprise.stock_code).where(among(Enterprise.id, some))
        of_firm.update({row.id: row.stock_code for row in db.session.execute(query)})
    found: dict[str, list[matching.Found]] = defaultdict(list)
    for one in living:
        found[of_firm[one.id]].append(one)
    return found


def _courses(ids: Sequence[int]) -> Courses:
    found: Courses = defaultdict(list)
    for some in parts(ids):
        tracks = db.session.scalars(select(Track).where(among(Track.enterprise_id, some))).all()
        events: dict[int, list[TrackEvent]] = defaultdict(list)
        of_tracks = select(TrackEvent).where(among(TrackEvent.track_id, [track.id for track in tracks]))
        for event in db.session.scalars(of_tracks.order_by(TrackEvent.seq)) if tracks else ():
            events[event.track_id].append(event)
        for track in sorted(tracks, key=lambda each: each.attempt):
            found[track.enterprise_id, track.kind].append((track, history(events[track.id])))
    return found


def _read(line: Line, known: Known, errand: Errand) -> Row | None:
    """The row with its market, day and firm; None when it cannot be one."""
    market = markets.recognise(line.said.get("market") or "")
    if market is None:
        line.refuse("market", say("Name the market: %(known)s", known="、".join(markets.labels())))
    day = _day(line)
    firm = _firm(line, known, errand)
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


def _firm(line: Line, known: Known, errand: Errand) -> matching.Found | None:
    """By credit code, then by stock code, then by name; an unknown one is refused unless it may be entered."""
    of_stock = known.by_stock.get(line.said.get("stock_code") or "", [])
    if len(of_stock) == 1 and line.said.get("credit_code") not in known.register.by_code:
        if not of_stock[0].is_mine:
            line.refuse("stock_code", say("This enterprise belongs to %(unit)s: ask there", unit=of_stock[0].unit))
        return of_stock[0]
    if not line.said.get("name"):
        line.refuse("name", say("The name is missing"))
        return None
    found = matching.meant(line, known.register)
    if found is not None and not found.is_mine:
        line.refuse("name", say("This enterprise belongs to %(unit)s: ask there", unit=found.unit))
    if found is None and not errand.enters_unknown and not line.faults:
        words = say("The register has no enterprise of this name or code: enter it or mend the name first")
        line.refuse("name", words)
    return found


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
    for _track, _events, course in courses:
        if course and course[0].is_baseline and _says(row, course[0].state, course[0].board, course[0].on):
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


def _says(row: Row, state: str, board: str, on: date) -> bool:
    return (row.market.state, row.market.board, row.on) == (state, board, on)
