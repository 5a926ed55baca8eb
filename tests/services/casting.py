"""The cast of the stories, built once by the application's own acts and then written as the rows those acts wrote.

To build nine people in four units takes 0.1 s, and most tests ask for them first.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import func, select, text

from crm.accounts import Unit, User
from crm.accounts.models import Post
from crm.core import clock
from crm.core.db import db
from crm.ops.builders import Cast, Make, make_cast
from crm.timeline.models import Entry

TABLES = [model.__table__ for model in (Unit, User, Post, Entry)]


@dataclass(frozen=True)
class Written:
    """The rows of one cast, who is who in them, and how many numbers of the builders it took."""

    rows: dict[Any, list[dict[str, Any]]]
    ids: dict[str, tuple[type, int]]
    numbers: int


class Casting:
    """`cast(make)` inside `writing()`; in a database that is not as after its first command it is built anew."""

    def __init__(self) -> None:
        self.known: dict[date, Written] = {}

    def cast(self, make: Make) -> Cast:
        before = known_rows()
        if any(len(rows) > 1 for rows in before.values()):
            return make_cast(make)
        if clock.today() not in self.known:
            others = counted_elsewhere()
            made = make_cast(make)
            assert counted_elsewhere() == others, "the cast is written into further tables: name them in TABLES"
            self.known[clock.today()] = remember(made, before, next(make.numbers) - 1)
            return made
        written = self.known[clock.today()]
        for table, rows in written.rows.items():
            db.session.execute(table.insert(), rows)
        if db.session.get_bind().dialect.name == "postgresql":
            advance()
        for _ in range(written.numbers + 1):
            next(make.numbers)
        return found(written)


def remember(cast: Cast, before: dict[Any, list[dict[str, Any]]], numbers: int) -> Written:
    db.session.flush()
    rows = {table: [row for row in after if row not in before[table]] for table, after in known_rows().items()}
    people = {each.name: getattr(cast, each.name) for each in fields(Cast)}
    return Written(rows, {name: (type(each), each.id) for name, each in people.items()}, numbers)


def known_rows() -> dict[Any, list[dict[str, Any]]]:
    return {table: [dict(row) for row in db.session.execute(select(table)).mappings()] for table in TABLES}


def counted_elsewhere() -> dict[str, int]:
    """Rows of all other tables."""
    tables = [table for table in db.metadata.sorted_tables if table not in TABLES]
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def advance() -> None:
    """Rows written with their numbers do not move the sequences on."""
    newest = "setval(pg_get_serial_sequence('\"{0}\"', 'id'), (SELECT max(id) FROM \"{0}\"))"
    moves = [newest.format(each.name) for each in TABLES]
    db.session.execute(text(f"SELECT {', '.join(moves)}"))


def found(written: Written) -> Cast:
    units = {unit.id: unit for unit in db.session.scalars(select(Unit))}
    users = {user.id: user for user in db.session.scalars(select(User))}
    known: dict[type, dict[int, Any]] = {Unit: units, User: users}
    return Cast(**{name: known[kind][number] for name, (kind, number) in written.ids.items()})
