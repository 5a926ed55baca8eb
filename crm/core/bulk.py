"""Thousands of rows per call, in whatever way each database takes them fastest: inside `writing()` only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Any

from sqlalchemy import Column, Dialect, Table, func, select, text
from sqlalchemy.exc import IntegrityError

from crm.core.db import db, in_writing

ROWS_AT_ONCE = 2000
Reader = Callable[[dict[str, Any]], Any]


def insert_many(table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Insert any number of rows as they come; all name the same columns, others take the model's defaults.

    PostgreSQL copies, SQLite repeats one prepared statement; neither goes through the machinery for single rows.
    """
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return
    names, readers = _readers(table, first, db.engine.dialect)
    values = (tuple(read(row) for read in readers) for row in chain((first,), waiting))
    _insert(table, names, values)


def insert_pairs(table: Table, names: tuple[str, str], pairs: Iterable[tuple[str, int]]) -> None:
    """(text, id) rows of an index table."""
    _insert(table, names, pairs)


def delete_pairs(table: Table, names: tuple[str, str], pairs: Sequence[tuple[str, int]]) -> None:
    """The same rows gone."""
    if not pairs:
        return
    one = table.delete().where(*(table.c[name] == text(":" + name) for name in names))
    db.session.connection().execute(one, [dict(zip(names, pair, strict=True)) for pair in pairs])


def new_ids(table: Table, n: int) -> list[int]:
    """Ids nobody else will get, for rows about to be inserted in this transaction; rising, never used before."""
    if n == 0:
        return []
    connection = db.session.connection()
    if db.engine.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(f'"{table.name}"', "id")
        taken = select(func.nextval(sequence)).select_from(func.generate_series(1, n))
        return sorted(connection.execute(taken).scalars())
    last = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}).scalar()
    return list(range((last or 0) + 1, (last or 0) + n + 1))


def _readers(table: Table, row: dict[str, Any], dialect: Dialect) -> tuple[list[str], list[Reader]]:
    """The columns to write, and how the value of each is got out of a row in the form the driver wants."""
    used = [column for column in table.columns if column.name in row or column.default is not None]
    return [column.name for column in used], [_reader(column, column.name in row, dialect) for column in used]


def _reader(column: Column[Any], is_given: bool, dialect: Dialect) -> Reader:
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    name, default = column.name, column.default
    if is_given:
        return (lambda row: process(row[name])) if process else (lambda row: row[name])
    argument: Any = getattr(default, "arg", None)
    make = (lambda: argument(None)) if default is not None and default.is_callable else (lambda: argument)
    return (lambda _: process(make())) if process else (lambda _: make())


def _insert(table: Table, names: Sequence[str], values: Iterable[tuple[Any, ...]]) -> None:
    if not in_writing():
        raise RuntimeError("rows are inserted inside writing() only")
    connection, dialect = db.session.connection(), db.engine.dialect
    quoted = dialect.identifier_preparer
    into = f"{quoted.format_table(table)} ({', '.join(quoted.quote(name) for name in names)})"
    if dialect.name == "postgresql":
        _copy(connection.connection.driver_connection, f"COPY {into} FROM STDIN", values)
        return
    statement, waiting = f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})", iter(values)  # noqa: S608 - our names
    while rows := list(islice(waiting, ROWS_AT_ONCE)):
        connection.exec_driver_sql(statement, rows)


def _copy(driver: Any, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
    import psycopg

    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in values:
                copy.write_row(row)
    except psycopg.IntegrityError as clash:
        raise IntegrityError(statement, None, clash) from clash
