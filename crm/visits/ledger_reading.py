"""The cells of a ledger's row as a visit: every cell that cannot be taken is refused with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crm.core.staging import Line, Outcome
from crm.core.words import say
from crm.enterprises.roster import matching
from crm.visits import rules
from crm.visits.ledger_people import People, Person
from crm.visits.ledger_rows import Row
from crm.workdays.rules import Calendar

NOBODY = ("未见到负责人", "无人接待", "未见负责人", "nobody in charge was there")
DONE = ("", "已走访", "took place", "done")
FILLED = ("visit", "visited_on", "way", "met", "text", "request", "next_on")
LONGEST = 4000
FARTHEST = timedelta(days=730)


@dataclass
class Reader:
    """`me`: the only visitor of an official's own sheet, where rows that name a firm and nothing else are blank."""

    known: matching.Register
    named: People
    today: date
    calendar: Calendar
    me: Any = None

    def read(self, line: Line) -> Row | None:
        """None when the row is blank or refused; its faults then stand in the line."""
        line.target = line.version = None
        line.changes = {}
        if self.me is not None and not any(line.said.get(key) for key in FILLED):
            line.outcome = Outcome.SAME
            return None
        firm = matching.firm_of(line, self.known)
        day, kind, text = _day(line, self.today), _kind(line, self.today), _text(line)
        names, author = self._visitor(line)
        if line.said.get("state", "").casefold() not in DONE and not line.said.get("visit"):
            line.refuse("state", say("Only visits that took place are brought in"))
        if line.faults or firm is None or day is None or kind is None:
            line.outcome = Outcome.ERROR
            return None
        met = line.said.get("met", "")
        is_not_met = not met or met in NOBODY
        others = list(_company(line, names, self.named))
        met = "" if is_not_met else met
        ahead = _next(line, self.today, self.calendar)
        return Row(line, firm.id, day, kind, author, names[0], met, is_not_met, text, ahead, others)

    def _visitor(self, line: Line) -> tuple[list[str], Person | None]:
        """All names, and who the first one is."""
        names = list(line.said.get("author") or [])
        if self.me is not None:
            if names and names[0] != self.me.name:
                line.refuse(
                    "author", say("This sheet holds your own visits: leave out those of %(name)s", name=names[0])
                )
            me = Person(self.me.id, self.me.name, "", active=True)
            return [self.me.name, *names[1:]], me
        if not names:
            line.refuse("author", say("Name the official who made the visit"))
            return [], None
        return names, self.named.author(line, names[0])


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
    except (ValueError, TypeError, OverflowError):
        return None
    return calendar.roll(day).on if today <= day <= today + FARTHEST else None
