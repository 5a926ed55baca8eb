"""The database: one session per request that reads, and `writing()` for the one act that changes something."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import CursorResult, Engine, MetaData, Select, event, insert, inspect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

Row = TypeVar("Row")
PATIENCE = 10.0
"""Seconds for which one act waits for another before it gives up."""
IN_THE_WAY = {
    *("55P03", "40P01", "40001"),  # lock not available, deadlock detected, serialization failure
    *("57P01", "57P02", "57P03"),  # the server is shutting down, crashed, starts up
}
NO_ROOM = {"53100", "58030", "25006"}
"""PostgreSQL: disk full, input/output error, read-only."""
NO_ROOM_IN_FILE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
NO_ROOM_FOR_FILES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
_held: ContextVar[set[Any] | None] = ContextVar("held", default=None)
"""The rows that the act under way has locked; None outside `writing()`."""


_one_picture: ContextVar[bool] = ContextVar("one_picture", default=False)


class OutsideWriting(RuntimeError):
    """Something tried to change the database outside `writing()`."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ReadingSession(FlaskSession):
    """Reads PostgreSQL without BEGIN and ROLLBACK around: at READ COMMITTED each statement sees what is committed when
    it begins, inside a transaction or not, and every way to the server is a twentieth of a page."""

    def get_bind(self, *_: Any, **__: Any) -> Engine:
        engines = cast("dict[str | None, Engine]", self._db.engines)
        if in_writing() or engines[None].dialect.name == "sqlite":
            return engines[None]
        if _one_picture.get():
            engines.setdefault("picture", engines[None].execution_options(isolation_level="REPEATABLE READ"))
            return engines["picture"]
        if "reading" not in engines:
            engines["reading"] = engines[None].execution_options(isolation_level="AUTOCOMMIT")
        return engines["reading"]


db = SQLAlchemy(model_class=Base, session_options={"class_": ReadingSession, "expire_on_commit": False})


@contextmanager
def writing() -> Iterator[Session]:
    """One act: forget what was read, begin to write, commit at the end; on any exception nothing has happened.

    SQLite takes its write lock at BEGIN (a deferred one fails at once when it upgrades, whatever the busy timeout);
    on PostgreSQL each service locks its root row. Who waits longer than PATIENCE gives up: see `is_busy`.
    """
    if in_writing():
        raise OutsideWriting("writing() does not nest")
    db.session.rollback()
    token = _held.set(set())
    try:
        db.session.connection()
        yield db.session()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _held.reset(token)


@contextmanager
def one_picture() -> Iterator[None]:
    """What is read within is read as of one instant, whatever is committed meanwhile; an act has its own picture."""
    if in_writing() or _one_picture.get():
        yield
        return
    db.session.rollback()
    token = _one_picture.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _one_picture.reset(token)


def read(statement: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None) -> CursorResult[Any]:
    """Rows of plain values for a page: a third cheaper than through the ORM, which has nothing to add to them."""
    return db.session.connection().execute(statement, values or {})


def insert_row(model: type[Row], **values: Any) -> Row:
    """A new row of the session, written at once: a third of what a flush costs. Columns that are left out take the
    model's defaults and are read when somebody asks for them."""
    if not in_writing():
        raise OutsideWriting("change the database only inside writing()")
    written = db.session.connection().execute(insert(inspect(model).local_table), values)
    return as_read(model, id=cast("Any", written.inserted_primary_key)[0], **values)


def as_read(model: type[Row], **values: Any) -> Row:
    """The session's object of a row of plain values, as if the ORM had read it, in a quarter of its time. What is left
    out is read when somebody asks for it; the key must be there. What an act has changed in it would be lost."""
    mapper = inspect(model)
    key = mapper.identity_key_from_primary_key([values[column.key] for column in mapper.primary_key])
    known: Row | None = db.session.identity_map.get(key)
    made = known or model()
    for name, value in values.items():
        set_committed_value(made, name, value)
    if known is None:
        make_transient_to_detached(made)
        db.session.add(made)
    return made


def in_writing() -> bool:
    return _held.get() is not None


def is_busy(error: DBAPIError) -> bool:
    """Whether another act was in the way, or the database away: done again later, the same act may succeed."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    is_away = error.connection_invalidated or (isinstance(error, OperationalError) and error.statement is None)
    return is_away or getattr(error.orig, "sqlstate", None) in IN_THE_WAY


def is_full(error: DBAPIError | OSError) -> bool:
    """Whether the disk takes nothing more (or nothing at all): nothing was written, an administrator must make room."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM_FOR_FILES
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code & 0xFF in NO_ROOM_IN_FILE if code is not None else getattr(error.orig, "sqlstate", None) in NO_ROOM


def lock(row: Any) -> None:
    """Hold this row until the act ends and read it afresh; on SQLite the whole database is held already.

    What the act has already changed in it is written first: reading afresh would forget it. A row held already is not
    read again, for nobody else can have changed it; only the rows it leads to are.
    """
    db.session.flush()
    held = _held.get()
    if held is not None and row in held:
        if led_to := inspect(row).mapper.relationships.keys() & row.__dict__.keys():
            db.session.expire(row, led_to)
        return
    on_sqlite = db.engine.dialect.name == "sqlite"
    db.session.refresh(row, with_for_update=None if on_sqlite else {"of": type(row)})
    if held is not None:
        held.add(row)


@event.listens_for(Session, "before_flush")
def _refuse_stray_flush(session: Session, *_: Any) -> None:
    if in_writing():
        return
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise OutsideWriting("change the database only inside writing()")


@event.listens_for(Session, "do_orm_execute")
def _refuse_stray_statement(state: Any) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not in_writing():
        raise OutsideWriting("change the database only inside writing()")
