"""Yearly lists: their kinds as data, which list of a kind is in force, and who is proposed to stay on the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, Protocol

from crm.core.errors import Obstacle
from crm.core.rulebook import rulebook
from crm.core.words import Say, say
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import InTwo, Ladder

CARRIED, REACHED, LEFT_ZONE = "@carried", "@reached", "@left_zone"
"""Reasons that the product itself gives are kept as codes, with what they are about behind a colon."""
PLAIN = {LEFT_ZONE: say("No longer in the zone"), "merged": say("Merged")}


@dataclass(frozen=True)
class ListKind(InTwo):
    """A kind of yearly list. `rung` is what a firm on it has reached, `figure` the head figure it is meant to reach;
    members of a confidential one are shown only to those who see plans of a listing."""

    code: str
    zh: str
    en: str
    rung: str = ""
    figure: str = ""
    is_confidential: bool = False


class Dated(Protocol):
    """A yearly list as far as its days go."""

    @property
    def id(self) -> Any: ...
    @property
    def kind(self) -> Any: ...
    @property
    def year(self) -> Any: ...
    @property
    def from_on(self) -> Any: ...


@cache
def list_kinds() -> Mapping[str, ListKind]:
    """By code. Raises ValueError with all faults of the file."""
    made = kinds_of(rulebook("cultivation/lists").editions[-1].content["kinds"])
    if broken := list(faults(made, ladder())):
        raise ValueError("; ".join(broken))
    return {kind.code: kind for kind in made}


def kinds_of(raw: Iterable[Mapping[str, Any]]) -> list[ListKind]:
    return [
        ListKind(**{("is_confidential" if key == "confidential" else key): value for key, value in each.items()})
        for each in raw
    ]


def faults(kinds: Sequence[ListKind], known: Ladder) -> Iterator[str]:
    """What is wrong with the kinds of lists, one text each."""
    if len({kind.code for kind in kinds}) != len(kinds):
        yield "a kind of list stands twice"
    for kind in kinds:
        if kind.rung and kind.rung not in {rung.code for rung in known.rungs}:
            yield f"{kind.code}: unknown rung {kind.rung}"
        if kind.figure and kind.figure not in {figure.code for figure in known.figures}:
            yield f"{kind.code}: unknown figure {kind.figure}"
        if not (kind.zh and kind.en):
            yield f"{kind.code}: lacks a language"


def in_force(lists: Iterable[Dated], on: date) -> dict[str, Any]:
    """By kind the id of the list that holds on a day: the newest that has begun, until the next one begins."""
    begun = sorted((each for each in lists if each.from_on <= on), key=lambda each: each.from_on)
    return {each.kind: each.id for each in begun}


def days_of(lists: Iterable[Dated]) -> dict[Any, tuple[date, date | None]]:
    """By list its days in force: from its own until that of the next of its kind, None while there is none."""
    ordered = sorted(lists, key=lambda each: (each.kind, each.from_on))
    days: dict[Any, tuple[date, date | None]] = {each.id: (each.from_on, None) for each in ordered}
    for each, following in pairwise(ordered):
        if following.kind == each.kind:
            days[each.id] = each.from_on, following.from_on
    return days


def obstacles(others: Iterable[Dated], year: int, from_on: date, today: date) -> list[Obstacle]:
    """Why a list of this year cannot begin on this day beside the others of its kind; years follow each other."""
    found = []
    if from_on > today:
        found.append(Obstacle("from_on", say("The day lies in the future")))
    if not 1990 <= year <= 2200:
        found.append(Obstacle("year", say("Write the year in four digits")))
    for other in others:
        if other.year == year:
            found.append(Obstacle("year", say("There is a list of this year already")))
        elif (other.year < year) != (other.from_on < from_on):
            told = {"year": other.year, "day": other.from_on}
            found.append(Obstacle("from_on", say("The list of %(year)s is in force from %(day)s", **told)))
    return found


def leaves(kind: ListKind, *, in_zone: bool, figures: Iterable[str], earlier: str = "") -> str:
    """Why a firm is proposed to drop out of the next list, as it is kept; "" when it stays. `figures` are those it
    counts in."""
    if earlier:
        return earlier
    if not in_zone:
        return LEFT_ZONE
    if kind.figure and kind.figure in figures:
        return f"{REACHED}:{kind.figure}"
    return ""


def carried_over(year: int) -> str:
    """Why a firm is on a list that was carried forward, as it is kept."""
    return f"{CARRIED}:{year}"


def reason_words(kept: str) -> Say | str:
    """The product's own reasons in words; what people typed stays as typed."""
    code, _colon, of = kept.partition(":")
    if code == CARRIED:
        return say("Carried over from %(year)s", year=of)
    if code == REACHED:
        return say("Has reached it: %(figure)s", figure=next((f for f in ladder().figures if f.code == of), of))
    return PLAIN.get(kept, kept)
