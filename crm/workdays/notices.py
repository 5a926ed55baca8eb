"""Notices of holidays as files: the years shipped with the program, and the year an administrator loads.

Three formats are read. Ours, also that of data/*.yaml, names ranges:

    year: 2027
    source: 国办发明电〔2026〕…号
    holidays:
      - {zh: 元旦, en: New Year's Day, from: 2027-01-01, to: 2027-01-03, work: [2027-01-04]}

The text of the notice as it is printed is read too, see `prose`. The third is JSON as the public data set holiday-cn
publishes it: `year`, `papers`, `days` of `{name, date, isOffDay}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crm.core.errors import RuleBroken
from crm.core.words import Say, say
from crm.workdays import prose
from crm.workdays.rules import Calendar, Kind, Special, Year

LARGEST_FILE = 100_000
FEWEST_HOLIDAYS = 7
LONGEST_HOLIDAY = 31

SHIPPED = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Change:
    """A day whose nature a new notice changes: shown before it is loaded."""

    day: date
    was_working: bool
    is_working: bool
    label: str


@cache
def shipped() -> tuple[Year, ...]:
    """The published years that come with the program."""
    return tuple(parse(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yaml")))


def parse(text: str) -> Year:
    """A notice from its file. Raises RuleBroken, worded for the administrator, for anything that is none."""
    if len(text) > LARGEST_FILE:
        raise RuleBroken(say("The file is too long for one year of holidays."), "file")
    if prose.looks_like_it(text):
        named, source, days = prose.read(text)
        return Year(named, source[:160], _checked(named, days))
    raw = _read(text)
    year = raw.get("year")
    if not isinstance(year, int) or not 1950 <= year <= 2200:
        raise RuleBroken(say("The file does not say its year: a line such as “year: 2027” is missing."), "file")
    try:
        listed = list(_days_of_json(raw) if "days" in raw else _days_of_yaml(raw))
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise RuleBroken(_unreadable(str(wrong)), "file") from wrong
    return Year(year, _source(raw), _checked(year, listed))


def changes(before: Calendar, notice: Year, after: Calendar | None = None) -> list[Change]:
    """Days that `notice` turns from working into resting or back, in order; empty when nothing changes.

    `after` is the whole calendar with the notice in it, by default the notice alone.
    """
    after = after or Calendar([notice])
    first, last = date(notice.year, 1, 1), date(notice.year, 12, 31)
    days = {first + timedelta(days=n) for n in range((last - first).days + 1)} | set(notice.days)
    return [
        Change(day, before.is_working_day(day), after.is_working_day(day), getattr(after.special(day), "label", ""))
        for day in sorted(days)
        if before.is_working_day(day) != after.is_working_day(day)
    ]


def _read(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text) if text.lstrip("\ufeff \r\n").startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError) as wrong:
        raise RuleBroken(_unreadable(str(wrong).splitlines()[0]), "file") from wrong
    if not isinstance(raw, dict):
        raise RuleBroken(_unreadable(text[:40]), "file")
    return raw


def _unreadable(where: str) -> Say:
    return say("The file is neither a holiday table in YAML nor in JSON (%(where)s).", where=where)


def _source(raw: dict[str, Any]) -> str:
    papers = raw.get("papers")
    return str(raw.get("source") or (papers[0] if isinstance(papers, list) and papers else ""))[:160]


def _days_of_json(raw: dict[str, Any]) -> Iterator[tuple[date, Special]]:
    for entry in raw["days"]:
        yield _date(entry["date"]), Special(Kind.REST if entry["isOffDay"] else Kind.WORK, str(entry["name"])[:60])


def _days_of_yaml(raw: dict[str, Any]) -> Iterator[tuple[date, Special]]:
    for holiday in raw["holidays"]:
        label, en = str(holiday["zh"])[:60], str(holiday.get("en", ""))[:60]
        first = _date(holiday["from"])
        length = (_date(holiday.get("to", first)) - first).days + 1
        if not 1 <= length <= LONGEST_HOLIDAY:
            raise ValueError(f"{holiday['from']} - {holiday.get('to')}")
        for n in range(length):
            yield first + timedelta(days=n), Special(Kind.REST, label, en)
        for day in holiday.get("work", []):
            yield _date(day), Special(Kind.WORK, label, en)


def _date(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(str(value))


def _checked(year: int, listed: list[tuple[date, Special]]) -> dict[date, Special]:
    days: dict[date, Special] = {}
    for day, special in listed:
        if not date(year - 1, 12, 1) <= day <= date(year + 1, 1, 31):
            raise RuleBroken(say("%(day)s does not belong to the year %(year)s.", day=day, year=year), "file")
        if day in days and days[day].kind is not special.kind:
            raise RuleBroken(say("%(day)s is listed both as a holiday and as a working day.", day=day), "file")
        days[day] = special
    if sum(special.kind is Kind.REST for special in days.values()) < FEWEST_HOLIDAYS:
        raise RuleBroken(say("The year %(year)s has too few holidays; the table seems incomplete.", year=year), "file")
    return days
