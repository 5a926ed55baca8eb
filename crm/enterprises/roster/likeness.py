"""Names that nearly equal another one: told, never blocked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from crm.accounts.models import User
from crm.core.among import among
from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Line
from crm.core.words import Say, say, shortened
from crm.enterprises import names
from crm.enterprises.models import Enterprise, NearKey, Standing
from crm.enterprises.roster.repeats import place
from crm.enterprises.serving_models import Assignment

MOST_ALIKE = 3
"""Names told of one row; whoever has more of them looks at the first ones anyway."""
MOST_OF_A_KEY = 8
"""Names looked at for one key: in a file of names all alike the work stays that of its rows."""


class Like(NamedTuple):
    id: int
    name: str
    word: str
    commissioner: str | None
    has_left: bool


class New(NamedTuple):
    """A row of a firm nobody knows yet, its own word and the keys of that."""

    line: Line
    word: str
    keys: frozenset[str]


def hints(lines: list[Line]) -> list[Say]:
    """About every new name, the ones in the register and in the file that it nearly equals."""
    firms = [line for line in lines if line.target is None]
    new = [New(line, names.stripped(line.said["name"]), names.near_keys(line.said["name"])) for line in firms]
    return shortened([*_in_register(new), *_in_file(new)])


def _in_register(new: list[New]) -> Iterator[Say]:
    known = _known(sorted(set().union(*(one.keys for one in new))))
    for one in new:
        alike = {like for key in one.keys for like in known.get(key, ())}
        close = [like for like in sorted(alike) if names.within_one_edit(one.word, like.word)]
        yield from (_hint(one.line, like) for like in close[:MOST_ALIKE])


def _known(keys: list[str]) -> dict[str, list[Like]]:
    found: dict[str, list[Like]] = defaultdict(list)
    query = (
        select(NearKey.key, Enterprise.id, Enterprise.name, User.name, Enterprise.standing != Standing.ACTIVE)
        .join(Enterprise, Enterprise.id == NearKey.enterprise_id)
        .outerjoin(Assignment, (Assignment.enterprise_id == Enterprise.id) & Assignment.ended_on.is_(None))
        .outerjoin(User, User.id == Assignment.commissioner_id)
        .where(Enterprise.standing != Standing.MERGED)
        .order_by(NearKey.key, Enterprise.id)
    )
    for some in parts(keys, 2000):
        for key, firm_id, name, commissioner, has_left in db.session.execute(query.where(among(NearKey.key, some))):
            if len(found[key]) < MOST_OF_A_KEY:
                found[key].append(Like(firm_id, name, names.stripped(name), commissioner, bool(has_left)))
    return found


def _in_file(new: list[New]) -> Iterator[Say]:
    """Each pair once, told at the later row."""
    seen: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(new):
        earlier = sorted({other for key in one.keys for other in seen[key]})
        close = [new[other] for other in earlier if names.within_one_edit(new[other].word, one.word)]
        yield from (_pair(one.line, other.line) for other in close[:MOST_ALIKE])
        for key in one.keys:
            if len(seen[key]) < MOST_OF_A_KEY:
                seen[key].append(number)


def _pair(line: Line, other: Line) -> Say:
    return say(
        "%(here)s: %(name)s is nearly the name in %(there)s, %(other)s",
        here=place(line), name=line.said["name"], there=place(other), other=other.said["name"],
    )  # fmt: skip


def _hint(line: Line, like: Like) -> Say:
    told = {"here": place(line), "name": line.said["name"], "other": like.name}
    if like.has_left:
        return say("%(here)s: %(name)s is nearly the name of %(other)s, which has left the zone", **told)
    if like.commissioner is None:
        return say("%(here)s: %(name)s is nearly the name of %(other)s, which nobody serves yet", **told)
    return say("%(here)s: %(name)s is nearly the name of %(other)s, served by %(who)s", who=like.commissioner, **told)
