"""The database: one session per request that reads, and `writing()` for the one act that changes something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    Column,
    Connection,
    CursorResult,
    Engine,
    Insert,
    MetaData,
    Select,
    bindparam,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

Row = TypeVar("Row")
PATIENCE = 10.0
"""Seconds for which one act waits for another before it gives up."""


class Act:
    """What `writing()` holds: its connection, and the rows that it has locked."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.held: set[Any] = set()


_act: ContextVar[Act | None] = ContextVar("act", default=None)
"""The act under way; None outside `writing()`."""
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
    on PostgreSQL each service locks its root row. Who waits longer than PATIENCE gives up: see `refusals.is_busy`.
    """
    if in_writing():
        raise OutsideWriting("writing() does not nest")
    db.session.rollback()
    act = Act()
    token = _act.set(act)
    try:
        act.connection = db.session.connection()
        yield db.session()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _act.reset(token)


@contextmanager
def one_picture(*, of_rows: bool = False) -> Iterator[None]:
    """What is read within is read as of one instant, whatever is committed meanwhile; an act has its own picture.

    `of_rows`: only plain rows are looked at within, so the objects of the session stay as the page has read them.
    """
    if in_writing() or _one_picture.get():
        yield
        return
    begin_anew = db.session.commit if of_rows else db.session.rollback  # there is nothing to write in either case
    begin_anew()
    token = _one_picture.set(True)
    try:
        yield
    finally:
        begin_anew()
        _one_picture.reset(token)


def read(statement: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None) -> CursorResult[Any]:
    """Rows of plain values for a page: a third cheaper than through the ORM, which has nothing to add to them."""
    return connection().execute(statement, values or {})


def connection() -> Connection:
    """That of the session: of the act under way, which keeps one, or to read from."""
    act = _act.get()
    return db.session.connection() if act is None or act.connection is None else act.connection


def insert_row(model: type[Row], **values: Any) -> Row:
    """A new row of the session, written at once: a third of what a flush costs. Columns that are left out take the
    model's defaults and are read when somebody asks for them."""
    written = writer().execute(_inserting(cast("Any", model)), values)
    return as_read(model, id=cast("Any", written.inserted_primary_key)[0], **values)


def writer() -> Connection:
    """The connection of the act under way, for statements past the session. Raises OutsideWriting outside an act."""
    if not in_writing():
        raise OutsideWriting("change the database only inside writing()")
    return connection()


@cache
def _inserting(model: Any) -> Insert:
    return insert(inspect(model).local_table)


def as_read(model: type[Row], **values: Any) -> Row:
    """The session's object of a row of plain values, as if the ORM had read it, in a quarter of its time. What is left
    out is read when somebody asks for it; the key must be there. What an act has changed in it would be lost."""
    made, is_new = _laid_out(model, values)
    if is_new:
        db.session.add(made)
    return made


def as_led_to(model: type[Row], **values: Any) -> Row:
    """The same for what another row leads to: it enters the session with that one."""
    return _laid_out(model, values)[0]


def _laid_out(model: type[Row], values: dict[str, Any]) -> tuple[Row, bool]:
    """The object, and whether the session does not know it. A new one has nothing to forget: its columns are laid into
    it as they are."""
    mapper = inspect(model)
    key = mapper.identity_key_from_primary_key([values[column.key] for column in mapper.primary_key])
    known: Row | None = db.session.identity_map.get(key)
    if known is not None:
        for name, value in values.items():
            set_committed_value(known, name, value)
        return known, False
    made, led_to = model(), mapper.relationships
    vars(made).update({name: value for name, value in values.items() if name not in led_to})
    for name in values.keys() & led_to.keys():
        set_committed_value(made, name, values[name])
    make_transient_to_detached(made)
    return made, True


def in_writing() -> bool:
    return _act.get() is not None


def lock(row: Any) -> None:
    """Hold this row until the act ends and read it afresh; on SQLite the whole database is held already.

    What the act has already changed in it is written first: reading afresh would forget it. A row held already is not
    read again, for nobody else can have changed it; only the rows it leads to are.
    """
    db.session.flush()
    act = _act.get()
    if act is not None and row in act.held:
        if led_to := inspect(row).mapper.relationships.keys() & row.__dict__.keys():
            db.session.expire(row, led_to)
        return
    _read_and_hold(row)
    if act is not None:
        act.held.add(row)


def hold(row: Row) -> Row:
    """The act has just read this row with FOR UPDATE: it is held as by `lock`."""
    act = _act.get()
    if act is None:
        raise OutsideWriting("a row is held only inside writing()")
    act.held.add(row)
    return row


def _read_and_hold(row: Any) -> None:
    """What the ORM's refresh does, in half of its time. SQLite's dialect leaves out FOR UPDATE."""
    state: Any = inspect(row)
    keys, statement = _holding(state.mapper)
    identity = {f"key_{number}": value for number, value in enumerate(state.identity)}
    found = connection().execute(statement, identity).one_or_none()
    db.session.expire(row)
    if found is None:
        db.session.refresh(row)  # says in the ORM's words that it is gone
        return
    for key, value in zip(keys, found, strict=True):
        set_committed_value(row, key, value)


@cache
def _holding(mapper: Mapper[Any]) -> tuple[tuple[str, ...], Select[*tuple[Any, ...]]]:
    """The attributes that are columns of the mapper's table, and the statement that reads and locks one row of them."""
    table = mapper.local_table
    held = {attribute.key: attribute.columns[0] for attribute in mapper.column_attrs}
    held = {key: column for key, column in held.items() if isinstance(column, Column) and column.table is table}
    same = (column == bindparam(f"key_{number}") for number, column in enumerate(mapper.primary_key))
    return tuple(held), select(*held.values()).where(*same).with_for_update()


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
