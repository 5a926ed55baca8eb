"""What makes a visit: a kind, a day not to come, whom one met (or that nobody was there), and words. Nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from crm.core.errors import Obstacle
from crm.core.rulebook import rulebook
from crm.core.words import say

DEFAULT_KIND = "onsite"
EARLIEST = date(2000, 1, 1)
AMEND_DAYS = 5
"""Working days in which whoever made or typed a visit may correct, void or move it; later a manager."""
LONGEST_AHEAD = 366
MOST_FIRMS = 40
"""Enterprises in one group visit."""


@dataclass(frozen=True)
class Kind:
    key: str
    zh: str
    en: str
    counts_as_visit: bool
    also: tuple[str, ...] = ()
    """What ledgers call it besides."""


@lru_cache(maxsize=512)
def kinds(on: date) -> Mapping[str, Kind]:
    """The kinds in force on a day, in their order; a timeline asks for each of its entries."""
    return {entry["key"]: Kind(**entry) for entry in rulebook("visits/kinds").on(on).content["kinds"]}


def kind_of(said: str, on: date) -> str | None:
    """The kind that a ledger means by its words."""
    flat = "".join(said.split()).casefold()
    for kind in kinds(on).values():
        if flat in {word.casefold().replace(" ", "") for word in (kind.key, kind.zh, kind.en, *kind.also)}:
            return kind.key
    return None


def obstacles(*, kind: str, on: date, today: date, met: str, is_not_met: bool, text: str) -> list[Obstacle]:
    """What a visit lacks, each beside its field."""
    found = []
    if kind not in kinds(on):
        found.append(Obstacle("kind", say("Choose how you were in contact")))
    if on > today:
        found.append(Obstacle("on", say("Choose a day up to today")))
    elif on < EARLIEST:
        found.append(
            Obstacle("on", say("Visits before %(year)s are not kept here: check the year", year=EARLIEST.year))
        )
    if not met and not is_not_met:
        found.append(Obstacle("person", say("Say whom you met, or that nobody in charge was there")))
    return found + ([] if text else [Obstacle("text", say("Write what was talked about"))])


def plan_obstacles(*, kind: str, on: date, today: date) -> list[Obstacle]:
    """Why a visit cannot be planned for this day."""
    found = [] if kind in kinds(today) else [Obstacle("kind", say("Choose how you were in contact"))]
    return found + day_obstacles(on=on, today=today)


def day_obstacles(*, on: date, today: date) -> list[Obstacle]:
    if on < today:
        return [Obstacle("on", say("The planned day has passed"))]
    if (on - today).days > LONGEST_AHEAD:
        return [Obstacle("on", say("The planned day lies more than a year ahead"))]
    return []


def may_amend(*, is_own: bool, working_days: int, is_manager: bool) -> bool:
    """Own visits for five working days after they were entered; a manager of the enterprise any time."""
    return is_manager or (is_own and working_days <= AMEND_DAYS)


def quarter_of(day: date) -> date:
    """The first day of the day's quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
