"""Everything in the database that refers to an enterprise: what a merge must move, and what it does not know."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Column, Table, inspect, select, text

from crm.core.db import db

STAYS = frozenset({"entry", "merge", "search_gram", "search_key", "near_key", "import_change", "enterprise_rung"})
"""The record is never rewritten (the file reads it under both ids), the indexes and rungs are made anew, the others are
history."""

UNTOLD: set[str] = set()
"""Tables that move along without a word, for not everybody who sees a merge may know of their rows."""


class Link(NamedTuple):
    """A column of a known table that refers to an enterprise."""

    table: Table
    column: Column[Any]

    @property
    def keys(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)


def links() -> list[Link]:
    """Every foreign key to `enterprise`, and every column named enterprise_id, in tables whose rows move along."""
    return [
        Link(table, column)
        for table in db.metadata.sorted_tables
        if table.name not in STAYS
        for column in table.columns
        if column.name == "enterprise_id" or any(key.target_fullname == "enterprise.id" for key in column.foreign_keys)
    ]


def unknown_tables(enterprise_id: int) -> list[str]:
    """Tables of the database that this programme does not know and that refer to the enterprise."""
    seen = inspect(db.session.connection())
    found = []
    for name in sorted(set(seen.get_table_names()) - set(db.metadata.tables)):
        for column in _referring(seen, name):
            quoted = f'SELECT 1 FROM "{name}" WHERE "{column}" = :id LIMIT 1'  # noqa: S608 - names of the catalogue
            if db.session.execute(text(quoted), {"id": enterprise_id}).first() is not None:
                found.append(name)
                break
    return found


def _referring(seen: Any, name: str) -> list[str]:
    keys = [key for key in seen.get_foreign_keys(name) if key["referred_table"] == "enterprise"]
    named = [column["name"] for column in seen.get_columns(name) if column["name"] == "enterprise_id"]
    return sorted({*named, *(column for key in keys for column in key["constrained_columns"])})


def counts(enterprise_id: int) -> dict[str, int]:
    """Per table that may be told how many rows refer to the enterprise; tables without any are left out."""
    found: dict[str, int] = {}
    for link in links():
        if link.table.name in UNTOLD:
            continue
        n = len(db.session.execute(select(*link.keys).where(link.column == enterprise_id)).all())
        if n:
            found[link.table.name] = found.get(link.table.name, 0) + n
    return found
