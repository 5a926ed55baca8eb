"""One PostgreSQL server per test run, started when the first test asks for it.

The controller makes a folder (`begin`) and names it in the environment; every xdist worker finds it there, the first
one starts the server under a file lock, and the controller stops it (`end`). With TEST_PG_URL set nothing is started.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from filelock import FileLock
from psycopg import sql

from tests.services.postgres_binaries import Binaries, ensure

GIVEN = "TEST_PG_URL"
RUN_FOLDER = "TEST_PG_FOLDER"
# Test data may be lost with the machine: nothing waits for the disk. Only a socket: two runs never clash on a port.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "''",
    "max_connections": "200",
    "lock_timeout": "60s",
}


def begin() -> bool:
    """Choose the run's folder before workers are born; False when a server is given or an outer run has one."""
    if os.environ.get(GIVEN) or os.environ.get(RUN_FOLDER):
        return False
    os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="pg-", dir="/tmp" if os.name == "posix" else None)
    return True


def end() -> None:
    """Stop what `url` started, and leave nothing behind; only for whom `begin` said True."""
    folder = Path(os.environ.pop(RUN_FOLDER))
    if (folder / "url").exists():
        ensure().call("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop", cwd=folder)
    shutil.rmtree(folder)


@contextmanager
def serving() -> Iterator[None]:
    """A server shared by all the pytest runs started inside."""
    mine = begin()
    try:
        url()
        yield
    finally:
        if mine:
            end()


def url() -> str:
    """The address of the server's maintenance database."""
    if os.environ.get(GIVEN):
        return os.environ[GIVEN]
    folder = Path(os.environ[RUN_FOLDER])
    with FileLock(folder / "lock"):
        address = folder / "url"
        if not address.exists():
            _start(folder, ensure())
            address.write_text(f"postgresql://postgres@/postgres?host={folder}")
        return address.read_text()


def create_database(name: str, template: str = "template0") -> str:
    """Make an empty database (or a copy of `template`) of this name, replacing an older one; returns its address."""
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
    drop_database(name)
    with psycopg.connect(url(), autocommit=True) as server:
        server.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
    return urlunsplit(urlsplit(url())._replace(path=f"/{name}"))


def drop_database(name: str) -> None:
    with psycopg.connect(url(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def programs() -> Path:
    """The folder of `pg_dump` and `pg_restore` as new as the server; for PATH in backup stories."""
    return ensure().folder


def _start(folder: Path, binaries: Binaries) -> None:
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if binaries.user:
        shutil.chown(folder, binaries.user)
        shutil.chown(data, binaries.user)
    new = ["-D", str(data), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    binaries.call("initdb", *new, cwd=folder)
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    socket = f"-c unix_socket_directories={folder}"
    start = ["-D", str(data), "-l", str(data / "log"), "-o", f"{options} {socket}", "-w", "start"]
    binaries.call("pg_ctl", *start, cwd=folder)
