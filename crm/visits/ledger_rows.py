"""A row of a ledger as a visit: what it says, what it lacks, and whether it is there already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Line, Outcome
from crm.core.words import Say, say
from crm.enterprises.roster import matching
from crm.visits import rules
from crm.visits.ledger_people import People, Person
from crm.visits.models import Visit, VisitState
from crm.workdays.rules import Calendar

NOBODY = ("未见到负责人", "无人接待", "未见负责人", "nobody in charge was there")
DONE = ("", "已走访", "took place", "done")
LONGEST = 4000


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
    visit: Visit | None = None

    @property
    def is_by_stranger(self) -> bool:
        """Of an official nobody knows yet."""
        return self.author is None and self.line.outcome == Outcome.NEW

    @property
    def key(self) -> str:
        """The same words of the same visit give the same key, so that a second reading finds the first."""
        said = (self.firm, self.day, self.kind, self.author.id if self.author else self.name, _flat(self.text))
        return "ledger-" + hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()[:32]


def read(line: Line, known: matching.Register, named: People, today: date, calendar: Calendar) -> Row | None:
    """None when the row is refused; its faults then stand in the line."""
    line.target = line.version = None
    line.changes = {}
    firm = matching.firm_of(line, known)
    day, kind, text = _day(line, today), _kind(line, today), _text(line)
    names = list(line.said.get("author") or [])
    if not names:
        line.refuse("author", say("Name the official who made the visit"))
    author = named.author(line, names[0]) if names else None
    if line.said.get("state", "").casefold() not in DONE and not line.said.get("visit"):
        line.refuse("state", say("Only visits that took place are brought in"))
    if line.faults or firm is None or day is None or kind is None:
        line.outcome = Outcome.ERROR
        return None
    met = line.said.get("met", "")
    is_not_met = not met or met in NOBODY
    others = list(_company(line, names, named))
    met = "" if is_not_met else met
    return Row(line, firm.id, day, kind, author, names[0], met, is_not_met, text, _next(line, today, calendar), others)


def _company(line: Line, names: list[str], named: People) -> Iterator[tuple[str, int | None, str]]:
    """The second and further names of the visitors came along; a leader has a column of his own."""
    for name in (*names[1:], *(line.said.get("companions") or [])):
        yield name, named.companion(name), "companion"
    for name in line.said.get("leader") or []:
        if name not in names:
            yield name, named.companion(name), "leader"


def _day(line: Line, today: date) -> date | None:
    text = line.said.get("visited_on")
    if not text:
        line.refuse("visited_on", say("Give the day of the visit"))
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        line.refuse("visited_on", say("Give the whole day, as in 2026-11-23"))
        return None
    if not rules.EARLIEST <= day <= today:
        line.refuse("visited_on", say("Choose a day up to today"))
        return None
    return day


def _kind(line: Line, today: date) -> str | None:
    said = line.said.get("way", "")
    if not said:
        return rules.DEFAULT_KIND
    found = rules.kind_of(said, today)
    if found is None:
        known = "、".join(kind.zh for kind in rules.kinds(today).values())
        line.refuse("way", say("“%(value)s” is no way of visiting. Known are: %(known)s", value=said, known=known))
    return found


def _text(line: Line) -> str:
    """The words, then request and next step under their Chinese heads, as the bureau writes them."""
    said = line.said
    pieces = [said.get("text", "")]
    pieces += [f"{head}：{said[key]}" for head, key in (("诉求", "request"), ("下步", "next_on")) if said.get(key)]
    text = "\n".join(filter(None, pieces))
    if not text:
        line.refuse("text", say("Write what was talked about"))
    elif len(text) > LONGEST:
        line.refuse(
            "text",
            say(
                "“%(value)s…” has %(count)s characters, the register keeps %(longest)s. Shorten it.",
                value=text[:20], count=len(text), longest=LONGEST,
            ),
        )  # fmt: skip
    return text


def _next(line: Line, today: date, calendar: Calendar) -> date | None:
    """The day of the next step, if it is one and still lies ahead."""
    digits = line.said.get("next_on", "").replace("年", "-").replace("月", "-").replace("日", "").replace(".", "-")
    try:
        day = date(*map(int, digits.replace("/", "-").split("-")))
    except (ValueError, TypeError):
        return None
    return calendar.roll(day).on if day >= today else None


def recognise(rows: Sequence[Row]) -> None:
    """Give every row its outcome: there already, to be mended, said twice in the file, or new."""
    stored = _stored(rows)
    seen: set[str] = set()
    for row in rows:
        line = row.line
        row.visit = _found(row, stored)
        if row.visit is not None:
            line.target, line.version = row.visit.id, row.visit.version
            line.changes = _differences(row, row.visit)
            line.outcome = Outcome.ERROR if line.faults else Outcome.UPDATE if line.changes else Outcome.SAME
        elif line.said.get("visit"):
            line.refuse("visit", say("No visit of this enterprise has this number: leave the cell empty"))
            line.outcome = Outcome.ERROR
        elif row.key in seen:
            line.outcome = Outcome.REPEAT
        else:
            line.changes = _new(row)
            line.outcome = Outcome.NEW
        seen.add(row.key)


Stored = dict[Any, Visit]


def _stored(rows: Sequence[Row]) -> Stored:
    """By number, by key, and by what they say; voided ones are known too, so that they do not come back."""
    found: Stored = {}
    for column, values in (
        (Visit.enterprise_id, sorted({row.firm for row in rows})),
        (Visit.client_key, sorted({row.key for row in rows})),
    ):
        for some in parts(values):
            for visit in db.session.scalars(select(Visit).where(column.in_(some)).order_by(Visit.id.desc())):
                found["number", visit.id] = found["key", visit.client_key] = visit
                found[_said(visit.enterprise_id, visit.visited_on, visit.kind, visit.author_id, visit.text)] = visit
    return found


def _found(row: Row, stored: Stored) -> Visit | None:
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


def _differences(row: Row, visit: Visit) -> dict[str, list[Any]]:
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


def _new(row: Row) -> dict[str, list[Any]]:
    shown: dict[str, Say | str] = {
        "visited_on": row.day.isoformat(), "way": rules.kinds(row.day)[row.kind].zh, "author": row.name,
        "met": row.met or NOBODY[0], "text": row.text,
    }  # fmt: skip
    return {key: [None, value] for key, value in shown.items()}
