"""Another program's connection that holds what an act of this one needs."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager

import psycopg
from sqlalchemy.engine import make_url

from crm.core.db import db


def raw_connection():
    """A second connection to the test's database, in nobody's pool."""
    address = db.engine.url
    if address.get_backend_name() == "sqlite":
        return sqlite3.connect(address.database, isolation_level=None, timeout=0)
    return psycopg.connect(plain(address))


def plain(address):
    """The address as the driver itself reads it."""
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def everything_held():
    """As long as it lasts nobody else can change a row, on SQLite by its one lock, on PostgreSQL by every table's."""
    with closing(raw_connection()) as other:
        if isinstance(other, sqlite3.Connection):
            other.execute("BEGIN IMMEDIATE")
        else:
            tables = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
            other.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
        yield
        other.rollback()
