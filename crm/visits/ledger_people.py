"""Whom a ledger of visits names: officials of today or of the past, by name and, where two share it, by unit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from crm.accounts.models import Unit, User
from crm.core.among import among
from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Line
from crm.core.words import say

NAMING = ("author", "leader", "companions")


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    unit: str
    active: bool


@dataclass
class People:
    by_name: dict[str, list[Person]] = field(default_factory=dict)

    def author(self, line: Line, name: str) -> Person | None:
        """None for one nobody knows; of two the row is refused unless it names the unit. Who has left is known too."""
        found = self._likely(name)
        if len(found) > 1 and (unit := line.said.get("author_unit") or line.typed.get("author", "")):
            found = [one for one in found if _flat(one.unit) in _flat(unit)] or found
        if len(found) > 1:
            line.refuse(
                "author",
                say(
                    "%(name)s is the name of two officials: write %(name)s（%(one)s） or %(name)s（%(other)s）",
                    name=name, one=found[0].unit, other=found[1].unit,
                ),
            )  # fmt: skip
            return None
        return found[0] if found else None

    def companion(self, name: str) -> int | None:
        """Only whoever is meant beyond doubt; others stay a name."""
        found = self._likely(name)
        return found[0].id if len(found) == 1 else None

    def _likely(self, name: str) -> list[Person]:
        found = self.by_name.get(name, [])
        return [one for one in found if one.active] or found


def people(lines: Iterable[Line]) -> People:
    names = sorted({name for line in lines for key in NAMING for name in line.said.get(key) or []})
    found = People()
    query = select(User.id, User.name, Unit.name, User.active).join(Unit, Unit.id == User.unit_id).order_by(User.id)
    for some in parts(names):
        for row in db.session.execute(query.where(among(User.name, some))):
            found.by_name.setdefault(row[1], []).append(Person(*row))
    return found


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
