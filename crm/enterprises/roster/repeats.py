"""The same enterprise twice in one file: counted once when both rows say the same, refused when they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from crm.core.staging import Findings, Line, Outcome, first_sound
from crm.core.words import Say, say, shortened
from crm.enterprises import names
from crm.enterprises.facts import FACTS
from crm.enterprises.roster.said import EXTRA

LABELS = {
    "commissioner": say("Commissioner"),
    "contact": say("Contact"),
    "leader": say("Liaison leader"),
    "phone": say("Phone"),
    "tier": say("Tier"),
    "titles": say("Titles"),
}
Key = tuple[str, int | str]
Unread = dict[tuple[str, int], set[str]]
"""Place of a row → its cells that could not be read."""


def settle(lines: list[Line], findings: Findings, compare: Callable[[list[Line]], None]) -> None:
    """Mark repeated rows and refuse contradictory ones; `lines` are matched.

    `compare` finds what is wrong with rows as if each stood alone: one that will be refused leaves its place to
    another. A cell that could not be read says nothing; one that was read and refused still says what it says.
    """
    groups: dict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        groups[_key(line)].append(line)
    _join_by_name(groups)
    several = [group for group in groups.values() if len(group) > 1]
    together = [line for group in several for line in group]
    unread = {_place_of(line): {fault.field for fault in line.faults} for line in together}
    if together:
        compare(together)
    told: list[Say] = []
    for group in several:
        _settle(group, unread, told)
    findings.notices += shortened(told)


def _place_of(line: Line) -> tuple[str, int]:
    return line.sheet, line.number


def _key(line: Line) -> Key:
    if line.target:
        return ("id", line.target)
    if line.said.get("credit_code"):
        return ("code", line.said["credit_code"])
    return ("name", names.normal(line.said.get("name", "")))


def _join_by_name(groups: dict[Key, list[Line]]) -> None:
    """A row without a code speaks of the one firm of that name which has a code elsewhere in the file."""
    coded: dict[str, set[Key]] = defaultdict(set)
    for key, group in groups.items():
        if key[0] == "code":
            for line in group:
                coded[names.normal(line.said.get("name", ""))].add(key)
    for key in [key for key in groups if key[0] == "name"]:
        if len(owners := coded.get(str(key[1]), set())) == 1:
            groups[next(iter(owners))] += groups.pop(key)


def _settle(group: list[Line], unread: Unread, told: list[Say]) -> None:
    """Where no row can count, each is told what is wrong with it."""
    first = first_sound(group)
    others = [line for line in group if line is not first]
    if not any(_differing(first, line, unread) for line in others):
        for line in others if not first.faults else ():
            line.outcome = Outcome.REPEAT
            told.append(say("%(here)s repeats %(there)s and counts once", here=place(line), there=place(first)))
        return
    said = [*_by_field(group, unread)]
    for number, line in enumerate(group):
        places = [other for values in said if (other := _contradicted(number, values)) is not None]
        if places:
            earliest = group[min(places)]
            why = _contradiction(line, earliest, _differing(line, earliest, unread))
            line.refuse("credit_code" if line.said.get("credit_code") else "name", why)


class Values(NamedTuple):
    """What the rows of a group say in one field, by their place; `first` says something, `other` something else."""

    said: dict[int, object]
    first: int
    other: int


def _by_field(group: list[Line], unread: Unread) -> Iterator[Values]:
    """The fields in which rows disagree."""
    data = [_data(line) for line in group]
    silent = [unread[_place_of(line)] for line in group]
    for field in set().union(*data) - {"credit_code"}:
        said = {n: row.get(field) for n, row in enumerate(data) if field not in silent[n]}
        first = next(iter(said), 0)
        other = next((n for n, value in said.items() if value != said[first]), None)
        if other is not None:
            yield Values(said, first, other)


def _contradicted(number: int, values: Values) -> int | None:
    """The first row that says something else than this one in a field."""
    if number not in values.said:
        return None
    return values.first if values.said[number] != values.said[values.first] else values.other


def _differing(one: Line, other: Line, unread: Unread) -> list[str]:
    """The fields in which two rows of one enterprise contradict each other."""
    silent = unread[_place_of(one)] | unread[_place_of(other)] | {"credit_code"}
    mine, theirs = _data(one), _data(other)
    return sorted(key for key in mine.keys() | theirs.keys() if key not in silent and mine.get(key) != theirs.get(key))


def _data(line: Line) -> dict[str, object]:
    return {**line.said, "name": names.normal(line.said.get("name", ""))}


def _contradiction(line: Line, other: Line, fields: list[str]) -> Say:
    codes = {line.said.get("credit_code"), other.said.get("credit_code")} - {None}
    if len(codes) > 1:
        return say("%(there)s is the same enterprise since a merge: keep one of the rows", there=place(other))
    if "name" in fields:
        return say(
            "%(there)s has the same code under another name, %(name)s",
            there=place(other),
            name=other.said.get("name", "--"),
        )
    return say(
        "%(there)s names the same enterprise with other data (%(field)s): keep one",
        there=place(other),
        field=_label(fields[0]),
    )


def _label(field: str) -> Say | str:
    """The column as people call it; an own column by its label."""
    if field in FACTS:
        return FACTS[field].label
    return LABELS.get(field, field.removeprefix(EXTRA))


def place(line: Line) -> Say:
    return say("sheet %(sheet)s row %(row)s", sheet=line.sheet, row=line.number)
