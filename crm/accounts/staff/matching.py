"""Which person a row of the list speaks of. Two who may be meant are offered, never chosen between."""

from __future__ import annotations

from collections import defaultdict

from crm.accounts.models import Unit
from crm.accounts.rules import SIGN_IN_NAMES
from crm.accounts.staff.known import People, Person
from crm.accounts.staff.units import flat
from crm.core.staging import Findings, Line, Outcome, first_sound
from crm.core.words import Say, say


def match(line: Line, known: People, place: Unit | None) -> Person | None:
    """The person, or None for a new one; refuses the line when the row contradicts the register."""
    name = line.said.get("name")
    if not name:
        line.refuse("name", say("The name is missing"))
        return None
    signed = {
        known.by_sign_in[line.said[key]].id: key for key in SIGN_IN_NAMES if line.said.get(key) in known.by_sign_in
    }
    holders = [known.by_sign_in[line.said[key]] for key in signed.values()]
    for one, key in zip(holders, signed.values(), strict=True):
        if flat(one.name) != flat(name) or one.id != holders[0].id:
            line.refuse(key, say("This belongs to %(name)s already", name=one.name))
    if line.faults:
        return None
    found = holders[0] if holders else _by_name(line, known.by_name.get(name, []), place)
    if found is not None and (why := _refusal(found)):
        line.refuse("name", why)
        return None
    return found


def _by_name(line: Line, same: list[Person], place: Unit | None) -> Person | None:
    """The namesake in the unit named; else one whom an earlier import left without unit, number and address."""
    if not line.said.get("unit"):
        if len(same) > 1:
            line.refuse(
                "name",
                say("%(name)s is the name of %(n)s officials: write the unit too", name=same[0].name, n=len(same)),
            )
        return same[0] if len(same) == 1 else None
    here = [one for one in same if place is not None and one.unit_id == place.id]
    if len(here) == 1:
        return here[0]
    if here:
        line.refuse(
            "name",
            say(
                "%(unit)s has %(n)s officials of this name: write mobile or staff number",
                unit=place.name if place else "",
                n=len(here),
            ),
        )
        return None
    unplaced = [one for one in same if not one.has_access and not one.has_sign_in_name]
    return unplaced[0] if len(same) == len(unplaced) == 1 else None


def _refusal(person: Person) -> Say | None:
    if not person.is_mine:
        return say("%(name)s works in a unit that is not yours: ask there", name=person.name)
    return (
        None
        if person.active
        else say("%(name)s has been deactivated: take him back on his page first", name=person.name)
    )


def settle_repeats(lines: list[Line], findings: Findings) -> None:
    """The same person or number twice: counted once when all is the same, refused otherwise."""
    groups: dict[tuple[str, object], list[Line]] = defaultdict(list)
    for line in lines:
        keys: list[tuple[str, object]] = [(key, line.said[key]) for key in SIGN_IN_NAMES if line.said.get(key)]
        keys += (
            [("id", line.target)]
            if line.target
            else [("name", (line.said.get("name"), flat(line.said.get("unit", ""))))]
        )
        for key in keys:
            groups[key].append(line)
    for (field, _), group in groups.items():
        first = first_sound(group)
        others = [line for line in group if line is not first]
        if any(line.said != first.said for line in others):
            for line in group:
                other = next(one for one in group if one.said != line.said)
                line.refuse(
                    field if field in SIGN_IN_NAMES else "name",
                    say("%(there)s says something else of the same person", there=_place(other)),
                )
        elif others:
            _repeat(first, others, findings)


def _repeat(first: Line, others: list[Line], findings: Findings) -> None:
    for line in others:
        if line.outcome != Outcome.REPEAT:
            line.outcome = Outcome.REPEAT
            findings.notices.append(
                say("%(here)s repeats %(there)s and counts once", here=_place(line), there=_place(first))
            )


def _place(line: Line) -> Say:
    return say("sheet %(sheet)s row %(row)s", sheet=line.sheet, row=line.number)
