"""What a connection promises before anybody uses it, and how a PostgreSQL connection is found to be alive."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from crm.core import db as database

IDLE = 1.0
"""Seconds after which a connection of PostgreSQL is asked whether it is alive before it is used."""
ASKED = "-c jit=off -c random_page_cost=1.1"
"""Of each PostgreSQL connection: a page of fifty rows gains nothing from compiled plans; the data is in memory or on an
SSD, where a row by its key costs little."""


def engine_options(address: str) -> dict[str, Any]:
    """For the engine of this address; the last used connection comes first, for it has its statements prepared."""
    url = make_url(address)
    if url.get_backend_name() != "postgresql":
        return {}
    asked = f"{ASKED} {url.query.get('options', '')}".strip()
    return {"pool_use_lifo": True, "connect_args": {"options": asked}}


def guard(engine: Engine) -> None:
    """Attach the dialect's promises to an engine: see docs/decisions for each PRAGMA."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "begin", _postgresql_begin)
        event.listen(engine, "checkin", _put_back)
        event.listen(engine, "checkout", partial(_is_alive, engine.dialect))


def _sqlite_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={database.PATIENCE * 1000:.0f}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if database.in_writing() else "BEGIN")


def _postgresql_begin(connection: Connection) -> None:
    if database.in_writing():
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{database.PATIENCE * 1000:.0f}ms'")


def _put_back(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["put_back"] = time.monotonic()


def _is_alive(dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _use: Any) -> None:
    """A connection that lay idle may have lost its server: it is asked first, and on a busy day seldom needs to be."""
    if time.monotonic() - record.info.get("put_back", math.inf) < IDLE:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error
