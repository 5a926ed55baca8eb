"""Names that nearly equal another one: told, never blocked."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Line
from crm.core.words import Say, say
from crm.enterprises import names
from crm.enterprises.models import Enterprise, NearKey, Standing
from crm.enterprises.roster.repeats import place
from crm.enterprises.serving_models import Assignment


class Like(NamedTuple):
    id: int
    name: str
    commissioner: str | None


def hints(lines: list[Line]) -> list[Say]:
    """About every new name, the ones in the register and in the file that it nearly equals."""
    new = [line for line in lines if line.target is None]
    keys = {(line.sheet, line.number): names.near_keys(line.said["name"]) for line in new}
    return _in_register(new, keys) + _in_file(new, keys)


Keys = dict[tuple[str, int], frozenset[str]]


def _in_register(new: list[Line], keys: Keys) -> list[Say]:
    known: dict[str, list[Like]] = defaultdict(list)
    query = (
        select(NearKey.key, Enterprise.id, Enterprise.name, User.name)
        .join(Enterprise, Enterprise.id == NearKey.enterprise_id)
        .outerjoin(Assignment, (Assignment.enterprise_id == Enterprise.id) & Assignment.ended_on.is_(None))
        .outerjoin(User, User.id == Assignment.commissioner_id)
        .where(Enterprise.standing != Standing.MERGED)
    )
    for some in parts(sorted(set().union(*keys.values())), 2000):
        for row in db.session.execute(query.where(NearKey.key.in_(some))):
            known[row[0]].append(Like(*row[1:]))
    found = []
    for line in new:
        alike = {like for key in keys[line.sheet, line.number] for like in known.get(key, ())}
        found += [_hint(line, like) for like in sorted(alike) if names.near(line.said["name"], like.name)]
    return found


def _in_file(new: list[Line], keys: Keys) -> list[Say]:
    """Each pair once, told at the later row."""
    seen: dict[str, list[Line]] = defaultdict(list)
    found = []
    for line in new:
        mine = keys[line.sheet, line.number]
        earlier = {(one.sheet, one.number): one for key in mine for one in seen[key]}
        for one in earlier.values():
            if names.near(one.said["name"], line.said["name"]):
                found.append(
                    say(
                        "%(here)s: %(name)s is nearly the name in %(there)s, %(other)s",
                        here=place(line),
                        name=line.said["name"],
                        there=place(one),
                        other=one.said["name"],
                    )
                )
        for key in mine:
            seen[key].append(line)
    return found


def _hint(line: Line, like: Like) -> Say:
    told = {"here": place(line), "name": line.said["name"], "other": like.name}
    if like.commissioner is None:
        return say("%(here)s: %(name)s is nearly the name of %(other)s, which nobody serves yet", **told)
    return say("%(here)s: %(name)s is nearly the name of %(other)s, served by %(who)s", who=like.commissioner, **told)
