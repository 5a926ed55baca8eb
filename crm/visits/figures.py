"""How many visits, to how many firms, by whom, of which kind: every number counts the list that it opens.

A firm visited twice is two visits (家次) and one firm (家数). Rows stand in the order of units and names: people are
never ranked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Unit, User
from crm.core.among import among
from crm.core.db import read
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE, within
from crm.enterprises.serving_models import Assignment
from crm.permissions import Permission
from crm.visits import company_figures, filters
from crm.visits.coverage import served_in, visited_between
from crm.visits.models import Visit
from crm.visits.rules import kinds

Clauses: TypeAlias = list[ColumnElement[bool]]
Sums: TypeAlias = Mapping[int, tuple[Any, ...]]


@dataclass(frozen=True)
class Counted:
    """`contacts` are records that do not count as visits; `served` firms in the zone, `covered` of them visited;
    `joined` visits of others on which one led or came along."""

    visits: int = 0
    firms: int = 0
    contacts: int = 0
    served: int = 0
    covered: int = 0
    joined: int = 0

    @property
    def missing(self) -> int:
        return self.served - self.covered

    @property
    def coverage(self) -> Decimal | None:
        return Decimal(self.covered) / self.served if self.served else None


@dataclass(frozen=True)
class Row:
    """A unit with all below it, or a person of it; `is_inner`: its numbers are in those of another unit too."""

    id: int
    name: str
    counted: Counted
    people: list[Row] = field(default_factory=list)
    is_inner: bool = False


@dataclass(frozen=True)
class Figures:
    since: date
    until: date
    unit_id: int | None
    all: Counted
    kinds: Sequence[tuple[Any, ...]]
    """Kind, records, firms."""
    units: list[Row]

    @property
    def adds_up(self) -> bool:
        """Are the numbers of the units, without those inside another, together the total?"""
        outer = [astuple(unit.counted) for unit in self.units if not unit.is_inner]
        return astuple(self.all) == tuple(map(sum, zip(*outer, strict=True)))


class _Along(NamedTuple):
    came: Clauses
    unit_id: int | None


def of(user: User, since: date, until: date, unit_id: int | None = None) -> Figures:
    """Ten statements, however many rows."""
    asked = {"from": since.isoformat(), "to": until.isoformat(), **({"unit": str(unit_id)} if unit_id else {})}
    done, came = filters.where(user, MultiDict(asked)), company_figures.clauses(user, since, until, unit_id)
    firms = [IN_ZONE, within(user, Permission.ENTERPRISE_VIEW), *([served_in(unit_id)] if unit_id else [])]
    was_visited = visited_between(since, until)
    return Figures(
        since=since, until=until, unit_id=unit_id,
        all=Counted(*(*_visits(done), *_coverage(firms, was_visited), company_figures.total(came))),
        kinds=_kinds(done, until),
        units=list(_units(done, firms, was_visited, _Along(came, unit_id))),
    )  # fmt: skip


_SUMS = (
    func.count(case((Visit.counts.is_(True), 1))),
    func.count(case((Visit.counts.is_(True), Visit.enterprise_id)).distinct()),
    func.count(case((Visit.counts.is_(False), 1))),
)


def _visits(done: Clauses) -> tuple[int, ...]:
    return tuple(read(select(*_SUMS).where(*done)).one())


def _coverage(firms: Clauses, was_visited: ColumnElement[bool]) -> tuple[int, ...]:
    return tuple(read(select(func.count(), func.count(case((was_visited, 1)))).where(*firms)).one())


def _kinds(done: Clauses, until: date) -> list[tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(Visit.kind, func.count(), func.count(Visit.enterprise_id.distinct()))
    query = query.where(*done).group_by(Visit.kind)
    found = {kind: (kind, *counts) for kind, counts in _keyed(query).items()}
    return [found[kind] for kind in dict.fromkeys((*kinds(until), *sorted(found))) if kind in found]


def _units(done: Clauses, firms: Clauses, was_visited: ColumnElement[bool], along: _Along) -> Iterator[Row]:
    """People under their unit; a unit's own numbers hold those of the units below it."""
    sums = (func.count(), func.count(case((was_visited, 1))))
    visits, joined = _keyed(_by_author(done)), _keyed(company_figures.by_person(along.came, along.unit_id))
    served = _keyed(_by_server(firms).with_only_columns(Assignment.commissioner_id, *sums))
    people = read(_named(sorted({*visits, *served, *joined}))).all()
    ids, paths = sorted({row.unit_id for row in people}), {row.path for row in people}
    of_units = (
        _keyed(_visits_of_units(done, ids)), _keyed(_served_of_units(firms, sums, ids)),
        _keyed(company_figures.by_unit(along.came, ids)),
    )  # fmt: skip
    units: dict[int, Row] = {}
    for row in people:
        if row.unit_id not in units:
            is_inner = any(row.path != path and row.path.startswith(path) for path in paths)
            units[row.unit_id] = Row(row.unit_id, row.unit, _counted(row.unit_id, *of_units), is_inner=is_inner)
        units[row.unit_id].people.append(Row(row.id, row.name, _counted(row.id, visits, served, joined)))
    yield from units.values()


def _counted(key: int, visits: Sums, served: Sums, joined: Sums) -> Counted:
    return Counted(*visits.get(key, (0, 0, 0)), *served.get(key, (0, 0)), *joined.get(key, (0,)))


def _keyed(query: Select[*tuple[Any, ...]]) -> dict[Any, tuple[Any, ...]]:
    return {row[0]: tuple(row[1:]) for row in read(query).all()}


def _by_author(done: Clauses) -> Select[*tuple[Any, ...]]:
    return select(Visit.author_id, *_SUMS).where(*done).group_by(Visit.author_id)


def _by_server(firms: Clauses) -> Select[*tuple[Any, ...]]:
    is_open = and_(Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None))
    query = select(Assignment.commissioner_id).select_from(Enterprise).join(Assignment, is_open).where(*firms)
    return query.group_by(Assignment.commissioner_id)


def _named(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    query = select(User.id, User.name, User.unit_id, Unit.name.label("unit"), Unit.path)
    query = query.join(Unit, Unit.id == User.unit_id)
    return query.where(among(User.id, ids)).order_by(Unit.sort, Unit.path, User.sort, User.name_pinyin, User.id)


BELOW, ABOVE = aliased(Unit), aliased(Unit)


def _visits_of_units(done: Clauses, ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    query = select(ABOVE.id, *_SUMS).select_from(Visit).join(User, User.id == Visit.author_id)
    query = query.join(BELOW, BELOW.id == User.unit_id).join(ABOVE, BELOW.path.startswith(ABOVE.path))
    return query.where(*done, among(ABOVE.id, ids)).group_by(ABOVE.id)


def _served_of_units(firms: Clauses, sums: tuple[Any, ...], ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    is_open = and_(Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None))
    query = select(ABOVE.id, *sums).select_from(Enterprise).join(Assignment, is_open)
    query = query.join(User, User.id == Assignment.commissioner_id).join(BELOW, BELOW.id == User.unit_id)
    query = query.join(ABOVE, BELOW.path.startswith(ABOVE.path))
    return query.where(*firms, among(ABOVE.id, ids)).group_by(ABOVE.id)
