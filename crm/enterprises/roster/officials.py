"""The officials a roster names: found by name, kept where they serve already, created when nobody knows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm.accounts.directory import Directory, Known, directory
from crm.accounts.models import User
from crm.accounts.names import pinyin_of
from crm.core.journal import Journal
from crm.core.staging import Line
from crm.core.words import Say, say
from crm.enterprises.roster.firms import Held

NAMED = ("commissioner", "deputy", "leader")


@dataclass(frozen=True)
class Meant:
    """An official a cell names; `id` None for one to be created."""

    id: int | None
    name: str


@dataclass
class Officials:
    """What the cells of one file mean; the parts of the plan share it."""

    directory: Directory = field(default_factory=Directory)
    kept: dict[tuple[str, int, str], list[Meant]] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)

    def load(self, lines: Iterable[Line]) -> None:
        self.directory = directory(name for line in lines for key in NAMED for name in names_in(line, key))

    def meant(self, line: Line, key: str, name: str, now: Sequence[Held | None]) -> Meant | None:
        """Whoever holds the place already under this name, else the one active official who bears it, else a new one.

        None for a name that two bear: the cell is refused.
        """
        for held in now:
            if held is not None and held.name == name:
                return Meant(held.whom, name)
        found = self.directory.named(name, line.typed.get(key, ""))
        if len(found) > 1:
            line.refuse(key, _ambiguous(name, found))
            return None
        return Meant(found[0].id if found else None, name)

    def keep(self, line: Line, key: str, people: list[Meant]) -> None:
        self.kept[line.sheet, line.number, key] = people

    def of(self, line: Line, key: str) -> list[Meant]:
        return self.kept.get((line.sheet, line.number, key), [])

    def unknown(self, lines: Iterable[Line]) -> list[str]:
        """The names to be created for what these lines change, each once."""
        wanted = (one for line in lines for key in NAMED if key in line.changes for one in self.of(line, key))
        return list(dict.fromkeys(one.name for one in wanted if one.id is None))

    def create(self, lines: Iterable[Line], unit_id: int, journal: Journal) -> dict[str, int]:
        """Without access, in the unit chosen; returns name → id."""
        names = self.unknown(lines)
        rows = [{"name": name, "name_pinyin": pinyin_of(name), "unit_id": unit_id} for name in names]
        self.made = dict(zip(names, journal.insert(User, rows), strict=True))
        return self.made

    def id_of(self, one: Meant) -> int | None:
        """None for a new one whom nobody wanted to create."""
        return one.id or self.made.get(one.name)


def names_in(line: Line, key: str) -> list[str]:
    return list(line.said.get(key) or [])


def _ambiguous(name: str, found: Sequence[Known]) -> Say:
    one, other = found[0].unit, found[1].unit
    return say(
        "%(name)s is the name of two officials: write %(name)s（%(one)s） or %(name)s（%(other)s）",
        name=name, one=one, other=other,
    )  # fmt: skip
