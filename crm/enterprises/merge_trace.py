"""What a merge did, row by row, so that it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Table, and_, delete, select, update

from crm.core.db import db
from crm.core.types import UtcDateTime

Key = tuple[Any, ...]


@dataclass
class Trace:
    """`moved`: (table, column, primary keys). `changed`: (table, key, before, after). `left`: rows that stay behind.
    `made`: rows the merge added."""

    moved: list[tuple[str, str, list[list[Any]]]] = field(default_factory=list)
    changed: list[tuple[str, list[Any], dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    left: set[Key] = field(default_factory=set)
    made: list[tuple[str, list[Any]]] = field(default_factory=list)

    def is_left(self, key: Key) -> bool:
        return key in self.left

    def leave(self, table: str, key: Key) -> None:
        self.left.add((table, *key))

    def change(self, model: Any, row: Any, values: dict[str, Any]) -> None:
        """Set columns of a row and remember what stood there."""
        table: Table = model.__table__
        before = {name: getattr(row, name) for name in values}
        key = [getattr(row, column.name) for column in table.primary_key.columns]
        for name, value in values.items():
            setattr(row, name, value)
        db.session.flush()
        self.changed.append((table.name, key, before, values))

    def as_json(self) -> dict[str, Any]:
        return {"moved": self.moved, "changed": self.changed, "made": self.made}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Trace:
        moved, changed, made = ([tuple(row) for row in kept[part]] for part in ("moved", "changed", "made"))
        return cls(moved=moved, changed=changed, made=made)

    def take_back(self, kept_id: int, gone_id: int) -> None:
        """Undo in the opposite order: facts first, then rows, then the periods that had been closed."""
        for name, key in self.made:
            table = db.metadata.tables[name]
            db.session.execute(delete(table).where(_is(table, key)))
        of_firms = [entry for entry in self.changed if entry[0] == "enterprise"]
        others = [entry for entry in self.changed if entry[0] != "enterprise"]
        for entry in reversed(of_firms):
            _revert(*entry)
        for table, column, keys in reversed(self.moved):
            _move_back(db.metadata.tables[table], column, keys, kept_id, gone_id)
        for entry in reversed(others):
            _revert(*entry)


def _move_back(table: Table, column: str, keys: list[list[Any]], kept_id: int, gone_id: int) -> None:
    """A row whose own key holds the enterprise (extra values) is found under its new key."""
    names = [c.name for c in table.primary_key.columns]
    for key in keys:
        now = [kept_id if name == column else value for name, value in zip(names, key, strict=True)]
        statement = update(table).where(_is(table, now), table.c[column] == kept_id)
        db.session.execute(statement.values({column: gone_id}))


def _revert(name: str, key: list[Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    """Put back what stood there, column by column, unless somebody changed it since."""
    table = db.metadata.tables[name]
    row = db.session.execute(select(table).where(_is(table, key))).mappings().first()
    if row is None:
        return
    same = [column for column in before if row[column] == _typed(table, column, after[column])]
    if same:
        values = {column: _typed(table, column, before[column]) for column in same}
        db.session.execute(update(table).where(_is(table, key)).values(values))


def _typed(table: Table, column: str, value: Any) -> Any:
    """Days and instants come back from JSON as text."""
    kind = table.c[column].type
    if not isinstance(value, str):
        return value
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _is(table: Table, key: list[Any]) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key.columns, key, strict=True)))
