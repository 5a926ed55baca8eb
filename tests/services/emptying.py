"""A PostgreSQL database of a test worker, brought back to how it was after its migrations.

TRUNCATE makes new files for every table and index whether or not there is a row: a third of a second of the server's
time for each test. Most tests write a few hundred rows; those are deleted, and only what grew large is truncated.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

LARGE = 512 * 1024
"""Bytes of a table above which a new file is cheaper than dead rows."""
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
"""
EMPTY = f"""
DO $$
DECLARE name text;
BEGIN
    FOR name IN {TABLES} AND pg_relation_size(oid) > {LARGE} LOOP
        EXECUTE format('TRUNCATE %I CASCADE', name);
    END LOOP;
    FOR name IN {TABLES} AND pg_relation_size(oid) > 0 LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""
USED = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


@dataclass(frozen=True)
class Emptied:
    """What a migrated database holds before its first test: `restored` puts exactly that back."""

    url: str
    revision: str
    rows: dict[str, bytes]
    """As COPY gives and takes them."""
    numbers: dict[str, int]
    """The last number of each sequence that was used."""

    def restored(self) -> bool:
        """False when a test has left another version of the schema behind: then the database must be made anew."""
        with _connected(self.url) as server:
            if _revision(server) != self.revision:
                return False
            # The triggers and references that refuse to lose a row are told to stand aside.
            server.execute("SET session_replication_role = replica")
            server.execute(EMPTY)
            for name, rows in self.rows.items():
                with server.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                    copy.write(rows)
            for name, number in self.numbers.items():
                server.execute("SELECT setval(%s, %s)", (name, number))
        return True


def remember(url: str) -> Emptied:
    with _connected(url) as server:
        tables = [name for (name,) in server.execute(TABLES).fetchall()]
        rows = {name: b"".join(_rows(server, name)) for name in tables}
        kept = {name: found for name, found in rows.items() if found}
        return Emptied(url, _revision(server), kept, dict(server.execute(USED).fetchall()))


def _rows(server: psycopg.Connection, table: str) -> Iterator[bytes]:
    with server.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        yield from (bytes(each) for each in copy)


def _revision(server: psycopg.Connection) -> str:
    found = server.execute("SELECT version_num FROM alembic_version").fetchone()
    return found[0] if found else ""


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True)
