"""Whether somebody has worked since on what an import wrote: then it cannot be taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Table, func, literal, select, union_all

from crm.core.db import db
from crm.core.journal import parts
from crm.enterprises.models import Enterprise
from crm.imports.models import ImportChange, ImportRun
from crm.reminders.models import Reminder
from crm.timeline import Entry

CHANGES_NOTHING = ("contact.revealed", "enterprise.exported", "reminder.sent", "import.uploaded", "import.discarded")
FOLLOWS = frozenset({Reminder.__tablename__})
"""Rows that go with what they refer to: notices the scheduler made of it."""


class Touched(Exception):
    """Names of what was worked on since."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        super().__init__("touched since")


def touched_since(run: ImportRun) -> list[str]:
    """The enterprises, people and units of the run with a later entry in the record."""
    written = select(func.max(Entry.id)).where(
        Entry.kind == "import.written", Entry.subject_kind == "import_run", Entry.subject_id == run.id
    )
    last = db.session.scalar(written) or 0
    later = (Entry.id > last, Entry.kind.not_in(CHANGES_NOTHING))
    change = ImportChange
    firms = select(change.enterprise_id).where(change.run_id == run.id, change.enterprise_id.is_not(None))
    named = select(Enterprise.name).where(
        Enterprise.id.in_(select(Entry.enterprise_id).where(*later)), Enterprise.id.in_(firms)
    )
    return [*db.session.scalars(named.order_by(Enterprise.sort_key)), *_others(run, later)]


def _others(run: ImportRun, later: tuple[Any, ...]) -> Iterator[str]:
    """People and units, by the subject of the entry."""
    for kind in ("user", "unit"):
        table = db.metadata.tables[kind]
        mine = select(ImportChange.row_id).where(ImportChange.run_id == run.id, ImportChange.table == kind)
        subjects = select(Entry.subject_id).where(*later, Entry.subject_kind == kind)
        yield from db.session.scalars(select(table.c.name).where(table.c.id.in_(mine), table.c.id.in_(subjects)))


def followers(table: Table, ids: Sequence[int]) -> list[str]:
    """Names of rows that other rows still refer to; those that only follow are taken away first."""
    found: set[str] = set()
    for some in parts(sorted(ids)):
        for column in _references(table):
            if column.table.name in FOLLOWS:
                db.session.execute(column.table.delete().where(column.in_(some)))
        found.update(_named(table, some))
    return sorted(found)


def _named(table: Table, ids: Sequence[int]) -> list[str]:
    asked = [select(column.label("id")).where(column.in_(ids)) for column in _references(table)]
    if not asked:
        return []
    used = union_all(*asked).subquery()
    name = table.c.name if "name" in table.c else table.c.label if "label" in table.c else literal(table.name)
    return list(db.session.scalars(select(name).where(table.c.id.in_(select(used.c.id)))))


def _references(table: Table) -> list[Column[Any]]:
    """Every column of the schema that refers to the table's id."""
    return [
        column
        for other in db.metadata.sorted_tables
        for column in other.columns
        for key in column.foreign_keys
        if key.column.table is table
    ]
