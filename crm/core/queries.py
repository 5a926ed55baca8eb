"""Statements that each database spells in its own way."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from crm.core.db import db

ROWS_AT_ONCE = 500


def insert_new(model: Any, rows: list[dict[str, Any]]) -> int:
    """Insert the rows whose unique keys are not there yet, leave the others alone; returns how many were new.

    Columns that a row leaves out take the model's defaults; all rows name the same columns.
    """
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    key = model.__mapper__.primary_key[0]
    new = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        statement = insert(model).values(rows[start : start + ROWS_AT_ONCE]).on_conflict_do_nothing().returning(key)
        new += len(db.session.execute(statement).all())
    return new


def leading(column: Any) -> Any:
    """The column of the table that a join shall begin with. SQLite rather reads the whole other table and looks up
    ranges of keys row by row; an expression leaves it no index for that. PostgreSQL chooses well by itself."""
    return column + 0 if db.engine.dialect.name == "sqlite" else column
