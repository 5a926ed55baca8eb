"""Officials as a kind of sheet: matched by number, address or name; access is never given by a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from crm.accounts.models import Unit, User
from crm.accounts.names import pinyin_of
from crm.accounts.queries import people_clause, units_of
from crm.accounts.rules import tidy_email
from crm.accounts.staff.known import People, Person, people
from crm.accounts.staff.matching import match, settle_repeats
from crm.accounts.staff.units import UnitNames, flat, unit_names
from crm.core import clock
from crm.core.errors import Stale
from crm.core.journal import Changed, Journal
from crm.core.staging import Choices, Errand, Findings, Line, Outcome
from crm.core.words import say
from crm.permissions import Permission
from crm.timeline import Level, record_many
from crm.timeline import row as entry

OWN = ("title", "mobile", "staff_no", "email")
COLUMNS = ("name", "name_pinyin", "unit_id", *OWN, "version", "updated_at")


class Staff:
    """Implements `SheetKind`."""

    def __init__(self) -> None:
        self.derived: Sequence[Any] = ()

    def own_columns(self) -> dict[str, str]:
        return {}

    def defaults(self, sheets: list[str]) -> dict[str, dict[str, Any]]:
        """A sheet called like a unit holds its people."""
        known = unit_names(None).by_name
        return {sheet: {"unit": known[flat(sheet)][0].name} for sheet in sheets if len(known.get(flat(sheet), [])) == 1}

    def look(self, ids: Sequence[int]) -> None: ...

    def mend(self, ids: Sequence[int], seen: None) -> None: ...

    def plan(self, lines: list[Line], errand: Errand, *, locked: bool = False) -> Findings:
        return _Plan(lines, errand, locked=locked).findings

    def write(self, lines: list[Line], errand: Errand, choices: Choices, journal: Journal) -> dict[str, int]:
        """Raises Stale as the roster does."""
        checked = {(line.sheet, line.number): (line.outcome, line.target, line.version, line.changes) for line in lines}
        plan = _Plan(lines, errand, locked=True)
        planned = {(line.sheet, line.number): (line.outcome, line.target, line.version, line.changes) for line in lines}
        if moved := [line for line in lines if checked[line.sheet, line.number] != planned[line.sheet, line.number]]:
            raise Stale(moved)
        try:
            return plan.write(choices, journal)
        except IntegrityError as clash:
            raise Stale([]) from clash


class _Plan:
    """One reading of the lines against the people as they are."""

    def __init__(self, lines: list[Line], errand: Errand, *, locked: bool) -> None:
        user = errand.user
        self.lines, self.errand, self.findings = lines, errand, Findings()
        self.units: UnitNames = unit_names(
            [unit.id for unit in units_of(user, Permission.IMPORT_PEOPLE)] if user else None
        )
        _tidy(lines)
        self.people: People = people(
            lines, people_clause(user, Permission.IMPORT_PEOPLE) if user else None, locked=locked
        )
        self.persons: dict[tuple[str, int], Person] = {}
        self.places: dict[tuple[str, int], Unit] = {}
        self.is_administrator = user is None or user.may(Permission.PEOPLE_EDIT)
        self._compare()

    def _compare(self) -> None:
        for line in self.lines:
            line.target = line.version = None
            line.changes = {}
            self._find_unit(line)
            if found := match(line, self.people, self.places.get(_key(line))):
                self.persons[_key(line)] = found
                line.target, line.version = found.id, found.version
        settle_repeats(self.lines, self.findings)
        for line in self.lines:
            if line.outcome != Outcome.REPEAT:
                self._compare_line(line, self.persons.get(_key(line)))
        new = {flat(line.changes["unit"][1]): line.changes["unit"][1] for line in self._to_create()}
        self.findings.units = {"unit": list(new.values())} if new else {}

    def _to_create(self) -> list[Line]:
        return [
            line for line in self.lines if line.is_sound and "unit" in line.changes and _key(line) not in self.places
        ]

    def _find_unit(self, line: Line) -> None:
        text = line.said.get("unit")
        if not text:
            return
        found = self.units.named(text)
        if len(found) > 1:
            line.refuse(
                "unit", say("Several units are called %(name)s: write the unit above too, as in 局/科", name=text)
            )
        elif found and found[0].id not in self.units.mine:
            line.refuse("unit", say("%(unit)s is not among your units: ask there", unit=found[0].name))
        elif found:
            self.places[_key(line)] = found[0]

    def _compare_line(self, line: Line, person: Person | None) -> None:
        place = self.places.get(_key(line))
        if person is None and not line.said.get("unit"):
            place = self.places[_key(line)] = self.errand.unit
        now = self.units.units.get(person.unit_id) if person else None
        if place is None and line.said.get("unit"):
            line.changes["unit"] = [now.name if now else None, line.said["unit"]]
        elif place is not None and (person is None or place.id != person.unit_id):
            line.changes["unit"] = [now.name if now else None, place.name]
        if person is None:
            line.changes["name"] = [None, line.said.get("name")]
        for key in OWN:
            before, after = (getattr(person, key) or None if person else None), line.said.get(key)
            if after and after != before:
                line.changes[key] = [before, after]
                self._guard(line, key, person)
        line.outcome = Outcome.ERROR if line.faults else _outcome(line, person)

    def _guard(self, line: Line, key: str, person: Person | None) -> None:
        """With a changed address somebody could ask for a new password and sign in as another."""
        if person is None or key == "title" or self.is_administrator:
            return
        if person.has_access or person.id in self.people.guarded:
            line.refuse(
                key, say("%(name)s signs in already: the administrator changes this on his page", name=person.name)
            )

    def write(self, choices: Choices, journal: Journal) -> dict[str, int]:
        entries: list[dict[str, Any]] = []
        made: dict[str, int] = {}
        if choices.creates_units:
            made = self.units.create(self.findings.units.get("unit", []), self.errand.unit, journal)
            entries += [
                self._entry("unit.added", ("unit", row_id), name=name, kind="section") for name, row_id in made.items()
            ]
        homes = {_key(line): self._home(line, made) for line in self.lines}
        new = [line for line in self.lines if line.outcome == Outcome.NEW]
        changed = [line for line in self.lines if line.outcome == Outcome.UPDATE]
        self._add(new, homes, journal)
        self._update(changed, homes, journal)
        entries += [self._told(line) for line in [*new, *changed]]
        record_many(entries)
        return {"new": len(new), "update": len(changed)}

    def _home(self, line: Line, made: dict[str, int]) -> int:
        """The unit written down; where it was not created, the one he has, else the one the file is read for."""
        if place := self.places.get(_key(line)):
            return place.id
        person = self.persons.get(_key(line))
        known = {flat(name): unit_id for name, unit_id in made.items()}
        return known.get(flat(line.said.get("unit", "")), person.unit_id if person else int(self.errand.unit.id))

    def _add(self, lines: list[Line], homes: dict[tuple[str, int], int], journal: Journal) -> None:
        rows = [{**_row(line, None), "unit_id": homes[_key(line)]} for line in lines]
        for line, made in zip(lines, journal.insert(User, rows), strict=True):
            line.target = made

    def _update(self, lines: list[Line], homes: dict[tuple[str, int], int], journal: Journal) -> None:
        now, rows = clock.now(), []
        for line in lines:
            person = self.persons[_key(line)]
            before = {key: getattr(person, key) for key in ("unit_id", *OWN, "version")}
            after = {**before, **_row(line, person), "unit_id": homes[_key(line)], "version": person.version + 1}
            del after["name"], after["name_pinyin"]
            rows.append(Changed(person.id, None, before, {**after, "updated_at": now}))
        journal.update(User, rows)

    def _told(self, line: Line) -> dict[str, Any]:
        subject = ("user", line.target or 0)
        if line.outcome == Outcome.NEW:
            return self._entry("person.added", subject, name=line.said["name"], unit=line.changes["unit"][1])
        return self._entry("person.edited", subject, level=Level.INTERNAL, name=line.said["name"], changed=line.changes)

    def _entry(self, what: str, subject: tuple[str, int], *, level: Level = Level.OPEN, **body: Any) -> dict[str, Any]:
        return entry(None, what, by=self.errand.by, subject=subject, via="import", level=level, **body)


def _key(line: Line) -> tuple[str, int]:
    return line.sheet, line.number


def _outcome(line: Line, person: Person | None) -> Outcome:
    if person is None:
        return Outcome.NEW
    return Outcome.UPDATE if line.changes else Outcome.SAME


def _tidy(lines: Sequence[Line]) -> None:
    """Addresses are kept and compared in small letters."""
    for line in lines:
        if line.said.get("email"):
            line.said["email"] = tidy_email(line.said["email"])


def _row(line: Line, person: Person | None) -> dict[str, Any]:
    """What the list says, over what is known."""
    name = line.said["name"]
    known = {key: getattr(person, key) if person else ("" if key == "title" else None) for key in OWN}
    said = {key: line.changes[key][1] for key in OWN if key in line.changes}
    return {"name": name, "name_pinyin": pinyin_of(name), **known, **said}
