"""Territory and responsible section of a roster row: units found by name, or created after confirmation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select, update

from crm.accounts.models import Unit, UnitKind
from crm.accounts.queries import root
from crm.core.db import db
from crm.core.staging import Line
from crm.core.words import say
from crm.enterprises.roster.firms import Firm
from crm.enterprises.roster.parts import Batch, Quiet, changed, close
from crm.enterprises.serving_models import Responsibility

KINDS = {
    "territory": (UnitKind.TERRITORY,),
    "section": (UnitKind.SECTION, UnitKind.DEPARTMENT, UnitKind.BUREAU, UnitKind.ROOT),
}


class Places(Quiet):
    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.known: dict[str, dict[str, list[Unit]]] = {}

    def load(self) -> None:
        wanted = {key for key in KINDS for line in self.batch.lines if line.said.get(key)}
        self.known = {key: _units(KINDS[key]) for key in wanted}

    def compare(self, line: Line, firm: Firm | None) -> None:
        self._compare(line, "territory", firm.row["territory_id"] if firm else None, firm.territory if firm else "")
        section = firm.section if firm else None
        self._compare(line, "section", section.whom if section else None, section.name if section else "")

    def _compare(self, line: Line, key: str, now: int | None, shown: str) -> None:
        said = line.said.get(key)
        if not said or (now and flat(said) == flat(shown)):
            return
        found = self._near_the_importer(self.known[key].get(flat(said), []))
        if len(found) > 1:
            line.refuse(key, say("Several units are called %(name)s: rename one of them first", name=said))
        elif not found or found[0].id != now:
            line.changes[key] = [shown or None, found[0].name if found else said]

    def _near_the_importer(self, found: list[Unit]) -> list[Unit]:
        """Of several, those below the unit the file is read for."""
        own = [unit for unit in found if unit.path.startswith(self.batch.errand.unit.path)]
        return own if len(found) > 1 and own else found

    def _id(self, key: str, name: str) -> int | None:
        found = self._near_the_importer(self.known.get(key, {}).get(flat(name), []))
        return found[0].id if found else None

    def advise(self, lines: list[Line]) -> None:
        for key in KINDS:
            if new := self._new(lines, key):
                self.batch.findings.units[key] = new

    def _new(self, lines: list[Line], key: str) -> list[str]:
        names = {flat(name): name for _, _, name in changed(lines, key) if self._id(key, name) is None}
        return list(names.values())

    def prepare(self, lines: list[Line]) -> None:
        """New territories stand below the root, new sections below the unit the file is read for."""
        if not self.batch.choices.creates_units:
            return
        for key, parent, kind in (
            ("territory", root(), UnitKind.TERRITORY),
            ("section", self.batch.errand.unit, UnitKind.SECTION),
        ):
            if names := self._new(lines, key):
                self._create(key, names, parent, kind)

    def _create(self, key: str, names: Iterable[str], parent: Unit, kind: UnitKind) -> None:
        rows = [{"parent_id": parent.id, "name": name, "kind": kind} for name in names]
        ids = self.batch.journal.insert(Unit, rows)
        db.session.connection().execute(
            update(Unit.__table__).where(Unit.__table__.c.id == bindparam("_id")).values(path=bindparam("_path")),
            [{"_id": unit_id, "_path": f"{parent.path}{unit_id}/"} for unit_id in ids],
        )
        for row, unit_id in zip(rows, ids, strict=True):
            self.batch.tell(None, "unit.added", subject=("unit", unit_id), name=row["name"], kind=str(kind))
        for unit in db.session.scalars(select(Unit).where(Unit.id.in_(ids))):
            self.known[key].setdefault(flat(unit.name), []).append(unit)

    def columns(self, line: Line) -> dict[str, Any]:
        values = {}
        for key in KINDS:
            if key in line.changes and (unit_id := self._id(key, line.changes[key][1])):
                values[f"{key}_id"] = unit_id
        return values

    def write(self, lines: list[Line]) -> None:
        today, rows, ended = self.batch.errand.today, [], []
        for line, _, name in changed(lines, "section"):
            if section := self._id("section", name):
                firm = self.batch.firm(line)
                ended += close(firm.section if firm else None, line, today)
                rows.append({"enterprise_id": line.target, "section_id": section, "from_on": today})
                self.batch.tell(line.target, "section.set", to=name, on=today.isoformat())
        self.batch.journal.update(Responsibility, ended)
        self.batch.journal.insert(Responsibility, rows)


def _units(kinds: Iterable[UnitKind]) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in db.session.scalars(
        select(Unit).where(Unit.kind.in_(kinds), Unit.closed_on.is_(None)).order_by(Unit.id)
    ):
        found.setdefault(flat(unit.name), []).append(unit)
    return found


def flat(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def territories(names: Iterable[str]) -> dict[str, str]:
    """Which of these words are the name of a territory, and how it is written in the register."""
    known = _units(KINDS["territory"])
    return {name: known[flat(name)][0].name for name in names if flat(name) in known}
