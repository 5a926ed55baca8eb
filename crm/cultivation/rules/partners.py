"""Roles of partners on a track, as data, and what keeps one from being entered or from leaving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from crm.core.errors import Obstacle
from crm.core.rulebook import rulebook
from crm.core.words import say
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import InTwo


@dataclass(frozen=True)
class Role(InTwo):
    """`kinds` are the kinds of track it works on; none for all."""

    code: str
    zh: str
    en: str
    kinds: tuple[str, ...] = ()


@cache
def roles() -> Mapping[str, Role]:
    """By code. Raises ValueError for a kind of track that the ladder does not have."""
    raw = rulebook("cultivation/partners").editions[-1].content["roles"]
    made = [Role(**{**each, "kinds": tuple(each.get("kinds", ()))}) for each in raw]
    if strange := [kind for role in made for kind in role.kinds if kind not in ladder().kinds]:
        raise ValueError(f"partners: unknown kinds {strange}")
    return {role.code: role for role in made}


def roles_on(kind: str) -> list[Role]:
    return [role for role in roles().values() if not role.kinds or kind in role.kinds]


def obstacles(kind: str, role: str, since_on: date | None, today: date) -> list[Obstacle]:
    found = []
    if role not in {each.code for each in roles_on(kind)}:
        found.append(Obstacle("role", say("This role is not one of this kind of track")))
    if since_on is not None and since_on > today:
        found.append(Obstacle("since_on", say("The day lies in the future")))
    return found


def leaving_obstacles(since_on: date | None, until_on: date, today: date) -> list[Obstacle]:
    if until_on > today:
        return [Obstacle("until_on", say("The day lies in the future"))]
    if since_on is not None and until_on < since_on:
        return [Obstacle("until_on", say("It came only on %(day)s", day=since_on))]
    return []
