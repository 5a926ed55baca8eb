"""What a person or a unit still holds in rooms further right: they register here, so that nothing points right.

A tie counts something (enterprises served, open follow-ups) and names the list that shows it. One that holds keeps the
person from being deactivated, or the unit from being closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from crm.accounts.models import Unit, User
from crm.core.errors import Obstacle
from crm.core.words import Say


@dataclass(frozen=True)
class Tie:
    """`words` take %(n)s; `endpoint` and `arguments(id)` are the list behind the number."""

    key: str
    label: Say
    words: Say
    count: Callable[[int], int]
    endpoint: str = ""
    arguments: Callable[[int], dict[str, Any]] = field(default=lambda _: {})
    holds: bool = True

    def said(self, number: int) -> Say:
        return Say(self.words.msgid, {"n": number})


@dataclass(frozen=True)
class Held:
    """One tie of one person, counted."""

    tie: Tie
    number: int
    arguments: dict[str, Any]


OF_PERSON: dict[str, Tie] = {}
OF_UNIT: dict[str, Tie] = {}


def tie_person(tie: Tie) -> None:
    OF_PERSON[tie.key] = tie


def tie_unit(tie: Tie) -> None:
    OF_UNIT[tie.key] = tie


def held_by(person: User) -> list[Held]:
    return [Held(tie, tie.count(person.id), tie.arguments(person.id)) for tie in OF_PERSON.values()]


def obstacles_of_person(person: User) -> list[Obstacle]:
    return _obstacles(OF_PERSON, person.id)


def obstacles_of_unit(unit: Unit) -> list[Obstacle]:
    return _obstacles(OF_UNIT, unit.id)


def _obstacles(ties: dict[str, Tie], row_id: int) -> list[Obstacle]:
    counted = [(tie, tie.count(row_id)) for tie in ties.values() if tie.holds]
    return [Obstacle("", tie.said(number)) for tie, number in counted if number]
