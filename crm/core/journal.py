"""Set-based writing that remembers: many rows per statement, and for each the values that would take it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Table

from crm.core.bulk import insert_many, new_ids, update_many
from crm.core.failpoint import failpoint

Item = TypeVar("Item")
ROWS_AT_ONCE = 500


class Changed(NamedTuple):
    """One row: the columns written, before and after. All rows of one call name the same columns."""

    row_id: int
    enterprise_id: int | None
    before: dict[str, Any]
    after: dict[str, Any]


class Noted(NamedTuple):
    """What taking back needs: `before` None for a row that was made."""

    table_name: str
    row_id: int
    enterprise_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Journal:
    """The writes of one act, in order. Rows without an id are known by enterprise and the other half of their key."""

    def __init__(self) -> None:
        self.noted: list[Noted] = []

    def insert(self, model: Any, rows: list[dict[str, Any]]) -> list[int]:
        """Insert and return the new ids in the order of the rows."""
        if not rows:
            return []
        table: Table = model.__table__
        ids = new_ids(table, len(rows))
        insert_many(table, (_passed({"id": row_id, **row}) for row_id, row in zip(ids, rows, strict=True)))
        own = "id" if table.name == "enterprise" else "enterprise_id"
        firms: Iterable[int | None] = ids if own == "id" else (row.get(own) for row in rows)
        self.noted.extend(Noted(table.name, row_id, firm, None, None) for row_id, firm in zip(ids, firms, strict=True))
        return ids

    def insert_keyed(self, model: Any, key: str, rows: list[dict[str, Any]]) -> None:
        """Insert rows whose primary key is (enterprise_id, `key`)."""
        if rows:
            insert_many(model.__table__, rows)
            self.noted.extend(Noted(model.__table__.name, row[key], row["enterprise_id"], None, None) for row in rows)

    def update(self, model: Any, rows: Sequence[Changed], *, key: str = "id") -> None:
        """Write `after` into each row; with a `key` other than id, the row is (enterprise_id, key)."""
        if not rows:
            return
        table: Table = model.__table__
        keys = {"id": "row_id"} if key == "id" else {"enterprise_id": "enterprise_id", key: "row_id"}
        if columns := _changing(rows):
            places = [{name: getattr(row, its) for name, its in keys.items()} for row in rows]
            values = ({column: row.after[column] for column in columns} for row in rows)
            update_many(table, [*keys], [a | b for a, b in zip(places, values, strict=True)])
        self.noted.extend(_noted(table.name, row) for row in rows)


def _changing(rows: Sequence[Changed]) -> list[str]:
    """The columns in which some row changes; PostgreSQL writes a row much faster when no column with an index does."""
    return [column for column in rows[0].after if any(row.before.get(column) != row.after[column] for row in rows)]


def _passed(row: dict[str, Any]) -> dict[str, Any]:
    failpoint("journal.row")
    return row


def _noted(table: str, row: Changed) -> Noted:
    """Only what differs needs to be kept."""
    keys = [column for column, value in row.before.items() if row.after[column] != value]
    before, after = ({column: values[column] for column in keys} for values in (row.before, row.after))
    return Noted(table, row.row_id, row.enterprise_id, before, after)


def parts(items: Sequence[Item], size: int = ROWS_AT_ONCE) -> Iterator[Sequence[Item]]:
    """Slices small enough for one IN list."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
