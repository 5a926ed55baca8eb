"""The units a list of officials names: by name, or by a path such as 经济发展局/企业服务科."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select, update

from crm.accounts.models import Unit, UnitKind
from crm.core.db import db
from crm.core.journal import Journal

_STEPS = re.compile(r"[/＞>\\·]+")


@dataclass
class UnitNames:
    """Every open unit, and which of them the importer may put people into."""

    units: dict[int, Unit] = field(default_factory=dict)
    by_name: dict[str, list[Unit]] = field(default_factory=dict)
    mine: set[int] = field(default_factory=set)

    def named(self, text: str) -> list[Unit]:
        """Who is meant: of several, those that stand below the units named before them, then the importer's own."""
        *above, last = [flat(step) for step in _STEPS.split(text) if step.strip()] or [""]
        found = self.by_name.get(last, [])
        found = [unit for unit in found if set(above) <= self._names_above(unit)]
        own = [unit for unit in found if unit.id in self.mine]
        return own if len(found) > 1 and own else found

    def _names_above(self, unit: Unit) -> set[str]:
        return {flat(self.units[int(step)].name) for step in unit.path.split("/") if step and int(step) in self.units}

    def create(self, names: Iterable[str], parent: Unit, journal: Journal) -> dict[str, int]:
        """New sections below a unit; returns name → id."""
        named = list(names)
        rows = [{"parent_id": parent.id, "name": name, "kind": UnitKind.SECTION} for name in named]
        ids = journal.insert(Unit, rows)
        if ids:
            table = Unit.__table__
            paths = [{"_id": unit_id, "_path": f"{parent.path}{unit_id}/"} for unit_id in ids]
            changed = update(table).where(table.c.id == bindparam("_id")).values(path=bindparam("_path"))
            db.session.connection().execute(changed, paths)
        return dict(zip(named, ids, strict=True))


def unit_names(mine: Iterable[int] | None) -> UnitNames:
    """`mine` None: the importer may use every unit."""
    units = {
        unit.id: unit for unit in db.session.scalars(select(Unit).where(Unit.closed_on.is_(None)).order_by(Unit.id))
    }
    found = UnitNames(units, {}, set(units) if mine is None else set(mine))
    for unit in units.values():
        found.by_name.setdefault(flat(unit.name), []).append(unit)
    return found


def flat(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
