"""Statements that each database spells in its own way."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from crm.core.db import db


def insert_new(model: Any, rows: list[dict[str, Any]]) -> int:
    """Insert the rows whose unique keys are not there yet, leave the others alone; returns how many were new.

    Columns that a row leaves out take the model's defaults; all rows name the same columns.
    """
    if not rows:
        return 0
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    table = model.__table__
    statement = insert(table).on_conflict_do_nothing().returning(model.__mapper__.primary_key[0])
    return len(db.session.execute(statement, rows).all())


def leading(column: Any) -> Any:
    """The column of the table that a join shall begin with. SQLite rather reads the whole other table and looks up
    ranges of keys row by row; an expression leaves it no index for that. PostgreSQL chooses well by itself."""
    return column + 0 if db.engine.dialect.name == "sqlite" else column


class days_before(FunctionElement[date]):  # noqa: N801 - reads as what it stands for
    """`days_before(day, n)`: the day so many days earlier; both may be expressions."""

    type = Date()
    inherit_cache = True


@compiles(days_before, "postgresql")
def _subtracted(element: days_before, compiler: Any, **more: Any) -> str:
    day, n = element.clauses
    return f"(CAST({compiler.process(day, **more)} AS DATE) - ({compiler.process(n, **more)}))"


@compiles(days_before)
def _moved_back(element: days_before, compiler: Any, **more: Any) -> str:
    day, n = element.clauses
    return f"date({compiler.process(day, **more)}, '-' || ({compiler.process(n, **more)}) || ' days')"
