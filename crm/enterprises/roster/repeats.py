"""The same enterprise twice in one file: counted once when both rows say the same, refused when they differ."""

from __future__ import annotations

from collections import defaultdict

from crm.core.staging import Findings, Line, Outcome, first_sound
from crm.core.words import Say, say
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


def settle(lines: list[Line], findings: Findings) -> None:
    """Mark repeated rows and refuse contradictory ones; `lines` are matched."""
    groups: dict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        groups[_key(line)].append(line)
    _join_by_name(groups)
    for group in groups.values():
        if len(group) > 1:
            _settle(group, findings)


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


def _settle(group: list[Line], findings: Findings) -> None:
    first = first_sound(group)
    others = [line for line in group if line is not first]
    if not any(_differing(first, line) for line in others):
        for line in others:
            line.outcome = Outcome.REPEAT
            findings.notices.append(
                say("%(here)s repeats %(there)s and counts once", here=place(line), there=place(first))
            )
        return
    for line in group:
        for other in group:
            if fields := _differing(line, other):
                why = _contradiction(line, other, fields)
                line.refuse("credit_code" if line.said.get("credit_code") else "name", why)
                break


def _differing(one: Line, other: Line) -> list[str]:
    """The fields in which two rows of one enterprise contradict each other; a cell that cannot be read says nothing."""
    unread = {fault.field for line in (one, other) for fault in line.faults} | {"credit_code"}
    mine, theirs = _data(one), _data(other)
    return sorted(key for key in mine.keys() | theirs.keys() if key not in unread and mine.get(key) != theirs.get(key))


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
