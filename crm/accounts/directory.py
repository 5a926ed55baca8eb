"""Finding officials by the names a file uses for them, many at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from crm.accounts.models import Unit, User
from crm.core.among import among
from crm.core.db import db
from crm.core.journal import parts


@dataclass(frozen=True)
class Known:
    """An active official as a file may mean him."""

    id: int
    name: str
    unit: str


@dataclass
class Directory:
    """The active officials that bear the names asked for, by name."""

    by_name: dict[str, list[Known]] = field(default_factory=dict)

    def named(self, name: str, typed: str = "") -> list[Known]:
        """Who is meant: several for a name that more than one bears, unless `typed` names the unit: 杜建（企服科）."""
        found = self.by_name.get(name, [])
        if len(found) < 2:
            return found
        flat = _flat(typed)
        return [one for one in found if f"{name}({_flat(one.unit)})" in flat] or found


def directory(names: Iterable[str]) -> Directory:
    found = Directory()
    query = select(User.id, User.name, Unit.name).join(Unit, Unit.id == User.unit_id).where(User.active.is_(True))
    for some in parts(sorted(set(names))):
        for user_id, name, unit in db.session.execute(query.where(among(User.name, some)).order_by(User.id)):
            found.by_name.setdefault(name, []).append(Known(user_id, name, unit))
    return found


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
