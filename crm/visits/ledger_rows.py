"""A row of a ledger as a visit: what it says, what it lacks, and whether it is there already."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, select

from crm.core import clock
from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Line, Outcome
from crm.core.words import Say, say
from crm.visits import rules
from crm.visits.ledger_people import Person
from crm.visits.models import Visit, VisitState
from crm.visits.rules import AMEND_DAYS
from crm.workdays.rules import Calendar


@dataclass
class Row:
    """`text` holds what was talked about, and the request and the next step where the ledger has columns for them."""

    line: Line
    firm: int
    day: date
    kind: str
    author: Person | None
    name: str
    met: str
    is_not_met: bool
    text: str
    next_on: date | None
    others: list[tuple[str, int | None, str]]
    """Who came along: name, id, part."""
    visit: Any = None
    """The stored visit it means, with the columns of `COLUMNS`."""

    @property
    def is_by_stranger(self) -> bool:
        """Of an official nobody knows yet."""
        return self.author is None and self.line.outcome == Outcome.NEW

    @property
    def key(self) -> str:
        """The same words of the same visit give the same key, so that a second reading finds the first."""
        said = (self.firm, self.day, self.kind, self.author.id if self.author else self.name, _flat(self.text))
        return "ledger-" + hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()[:32]


class Days(Protocol):
    today: date
    calendar: Calendar


def recognise(rows: Sequence[Row], days: Days, *, is_bound: bool) -> None:
    """Give every row its outcome: there already, to be mended, said twice in the file, or new.

    `is_bound`: a person mends a visit only for some working days after it was entered, as on its page.
    """
    known = stored(rows)
    seen: set[str] = set()
    for row in rows:
        row.visit = _found(row, known)
        if row.visit is not None:
            _meet(row, days, is_bound=is_bound)
        elif row.line.said.get("visit"):
            row.line.refuse("visit", say("No visit of this enterprise has this number: leave the cell empty"))
            row.line.outcome = Outcome.ERROR
        elif row.key in seen:
            row.line.outcome = Outcome.REPEAT
        else:
            row.line.changes, row.line.outcome = _new(row), Outcome.NEW
        seen.add(row.key)


def _meet(row: Row, days: Days, *, is_bound: bool) -> None:
    """A row that means a stored visit: the same, or what it says otherwise."""
    line, visit = row.line, row.visit
    line.target, line.version = visit.id, visit.version
    line.changes = _differences(row, visit)
    if line.changes and is_bound and _is_old(visit, days):
        line.refuse("text", say("Entered more than %(n)s working days ago: a manager corrects it", n=AMEND_DAYS))
    line.outcome = Outcome.ERROR if line.faults else Outcome.UPDATE if line.changes else Outcome.SAME


Stored = dict[Any, Any]
COLUMNS = (
    Visit.id, Visit.enterprise_id, Visit.client_key, Visit.visited_on, Visit.kind, Visit.author_id, Visit.text,
    Visit.met, Visit.is_not_met, Visit.state, Visit.version, Visit.created_at,
)  # fmt: skip


def stored(rows: Sequence[Row]) -> Stored:
    """The visits that rows may mean, by number, by key, and by what they say; voided ones are known too, so that they
    do not come back. Read are those of the numbers, keys and days of the file, not the past of its enterprises."""
    found: Stored = {}
    for clause in _asked(rows):
        for visit in db.session.execute(select(*COLUMNS).where(*clause).order_by(Visit.id.desc())):
            found["number", visit.id] = found["key", visit.client_key] = visit
            found[_said(visit.enterprise_id, visit.visited_on, visit.kind, visit.author_id, visit.text)] = visit
    return found


def _asked(rows: Sequence[Row]) -> Iterator[list[ColumnElement[bool]]]:
    """Month by month, so that one day typed wrong does not ask for all years between."""
    numbers = {number for row in rows if (number := row.line.said.get("visit"))}
    for column, values in ((Visit.id, numbers), (Visit.client_key, {row.key for row in rows})):
        for some in parts(sorted(values)):
            yield [column.in_(some)]
    months: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        months[row.day.replace(day=1)].append(row)
    for of_month in months.values():
        days = sorted({row.day for row in of_month})
        for some in parts(sorted({row.firm for row in of_month})):
            yield [Visit.enterprise_id.in_(some), Visit.visited_on.between(days[0], days[-1])]


def _found(row: Row, stored: Stored) -> Any:
    if number := row.line.said.get("visit"):
        visit = stored.get(("number", number))
        return visit if visit is not None and visit.enterprise_id == row.firm else None
    if row.author is None:
        return None
    said = _said(row.firm, row.day, row.kind, row.author.id, row.text)
    return stored.get(said) or stored.get(("key", row.key))


def _said(firm: int, day: date, kind: str, author: int, text: str) -> tuple[Any, ...]:
    return firm, day, kind, author, _flat(text)


def _flat(text: str) -> str:
    return "".join(text.split())


def _differences(row: Row, visit: Any) -> dict[str, list[Any]]:
    """What a numbered row says otherwise; a row found by its words or key changes nothing."""
    if not row.line.said.get("visit") or visit.state == VisitState.VOIDED:
        return {}
    if (row.day, row.kind) != (visit.visited_on, visit.kind) and visit.state == VisitState.DONE:
        row.line.refuse("visited_on", say("Day and way of a recorded visit are corrected on its page"))
    if row.author is None or row.author.id != visit.author_id:
        row.line.refuse("author", say("The visitor of a recorded visit stays who he is"))
    if visit.state != VisitState.DONE:
        return {}
    pairs = {"text": (visit.text, row.text), "met": (visit.met, row.met)}
    if row.is_not_met:
        del pairs["met"]
    return {key: [before, after] for key, (before, after) in pairs.items() if _flat(before) != _flat(after)}


def _is_old(visit: Any, days: Days) -> bool:
    return days.calendar.between(clock.local(visit.created_at).date(), days.today).count > AMEND_DAYS


def _new(row: Row) -> dict[str, list[Any]]:
    shown: dict[str, Say | str] = {
        "visited_on": row.day.isoformat(), "way": rules.kinds(row.day)[row.kind].zh, "author": row.name,
        "met": row.met or "未见到负责人", "text": row.text,
    }  # fmt: skip
    return {key: [None, value] for key, value in shown.items()}
