"""Thousands of rows per call, in whatever way each database takes them fastest: inside `writing()` only."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

from sqlalchemy import Column, Dialect, Table, UniqueConstraint, func, select, text
from sqlalchemy.exc import IntegrityError

from crm.core.db import db, in_writing

ROWS_AT_ONCE = 2000
Reader = Callable[[dict[str, Any]], Any]


@contextmanager
def keeping_all() -> Iterator[None]:
    """Within, nobody looks for garbage: thousands of rows are kept to the end, and to walk over them again and again
    took an eighth of an import."""
    was_looked_for = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looked_for:
            gc.enable()


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
    if db.engine.dialect.name == "postgresql":
        _by_lists(f"DELETE FROM {_quoted(table.name)} AS old USING", table, names, names, pairs)  # noqa: S608 - our names
    else:
        _one_by_one(f"DELETE FROM {_quoted(table.name)} WHERE {_equal(names)}", pairs)  # noqa: S608 - as above


def update_many(table: Table, keys: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Write each row where its `keys` are, in order; all name the same columns, `onupdate` adds its own."""
    if not rows:
        return
    names, readers = _readers(table, rows[0], db.engine.dialect, "onupdate")
    names, readers = _last(keys, names, readers)
    values = [tuple(read(row) for read in readers) for row in rows]
    written, into = names[: -len(keys)], _quoted(table.name)
    if db.engine.dialect.name == "postgresql" and not _order_matters(table, written):
        given = ", ".join(f"{_quoted(name)} = given.{_quoted(name)}" for name in written)
        _by_lists(f"UPDATE {into} AS old SET {given} FROM", table, names, keys, values)  # noqa: S608 - our names
    else:
        _one_by_one(f"UPDATE {into} SET {_equal(written, ', ')} WHERE {_equal(keys)}", values)  # noqa: S608 - as above


def _order_matters(table: Table, written: Sequence[str]) -> bool:
    """A unique index is looked at row by row: who is no longer the first contact is written before who now is."""
    unique = [index for index in table.indexes if index.unique]
    words = [f"{index.columns.keys()} {index.dialect_options['postgresql']['where']}" for index in unique]
    words += [f"{each.columns.keys()}" for each in table.constraints if isinstance(each, UniqueConstraint)]
    return any(re.search(rf"\b{name}\b", found) for name in written for found in words)


def _last(keys: Sequence[str], names: list[str], readers: list[Reader]) -> tuple[list[str], list[Reader]]:
    """The same with the keys at the end."""
    order = sorted(range(len(names)), key=lambda n: names[n] in keys and keys.index(names[n]) + 1)
    return [names[n] for n in order], [readers[n] for n in order]


def _by_lists(
    what: str, table: Table, names: Sequence[str], keys: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """PostgreSQL takes thousands of rows as one list per column."""
    lists = ", ".join(f"%s::{_type_of(table.c[name])}[]" for name in names)
    given = f"unnest({lists}) AS given ({', '.join(map(_quoted, names))})"
    where = " AND ".join(f"old.{_quoted(key)} = given.{_quoted(key)}" for key in keys)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        columns = zip(*rows[start : start + ROWS_AT_ONCE], strict=True)
        db.session.connection().exec_driver_sql(f"{what} {given} WHERE {where}", tuple(map(list, columns)))


def _one_by_one(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """The driver repeats one prepared statement."""
    db.session.connection().exec_driver_sql(statement, [*map(tuple, rows)])


def _equal(names: Sequence[str], between: str = " AND ") -> str:
    mark = "%s" if db.engine.dialect.name == "postgresql" else "?"
    return between.join(f"{_quoted(name)} = {mark}" for name in names)


def _quoted(name: str) -> str:
    return db.engine.dialect.identifier_preparer.quote(name)


def _type_of(column: Column[Any]) -> str:
    """Without its length: a cast would cut what is too long instead of refusing it."""
    name = column.type.compile(db.engine.dialect).partition(" COLLATE")[0]
    return "TEXT" if name.startswith("VARCHAR") else name


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


def _readers(
    table: Table, row: dict[str, Any], dialect: Dialect, otherwise: str = "default"
) -> tuple[list[str], list[Reader]]:
    """The columns to write, and how the value of each is got out of a row in the form the driver wants."""
    used = [column for column in table.columns if column.name in row or getattr(column, otherwise) is not None]
    return [c.name for c in used], [_reader(c, None if c.name in row else otherwise, dialect) for c in used]


def _reader(column: Column[Any], otherwise: str | None, dialect: Dialect) -> Reader:
    """`otherwise` names what stands in for a value that is not given."""
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    name, default = column.name, getattr(column, otherwise or "default")
    if otherwise is None:
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
