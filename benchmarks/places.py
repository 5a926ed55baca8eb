"""New databases to measure in; gone afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(engine: str, server: str, folder: Path) -> Iterator[str]:
    """The address of an empty database: a file in `folder`, or one on the PostgreSQL server."""
    if engine == "SQLite":
        folder.mkdir(exist_ok=True)
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    import psycopg

    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        )
        base, _, query = server.partition("?")
        try:
            yield f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
