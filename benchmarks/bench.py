"""`python3 tasks.py bench`: speed as ratios to the floor, all in one run; the table goes to docs/performance.md.

Usage: python -m benchmarks.bench [--sizes 1000,5000] [--large] [--postgresql URL] [--write]
"""

from __future__ import annotations

import argparse
import http.client
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import event, select

from benchmarks import imports, work
from benchmarks.client import Timing, measure
from benchmarks.places import database
from crm import create_app
from crm.accounts import User, sessions
from crm.accounts.queries import root
from crm.core import clock, schema
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.settings import ROOT, Settings
from crm.ops import bench_data
from crm.ops.builders import Make
from crm.ops.commands import ensure_root
from crm.permissions import Role

SERVED = 25
"""Enterprises of an official: what the bureau's ceiling allows."""
PAGES = {
    "list": ("/enterprises?size=50", "/list"),
    "search, 2 characters": (f"/enterprises?size=50&q={quote('和达')}", f"/search?v={quote('和达')}"),
    "search, 4 characters": (f"/enterprises?size=50&q={quote('和达东升')}", f"/search?v={quote('和达')}"),
    "search, pinyin": ("/enterprises?size=50&q=hedad", f"/search?v={quote('和达')}"),
    "list of one commissioner": ("/enterprises?size=50&commissioner={commissioner}", "/list"),
    "enterprise file": ("/enterprises/{enterprise}", "/file?v={enterprise}"),
    "home": ("/", "/home?v={silent_since}&v={silent_since}&v={today}+00:00:00&v={today}"),
    "visit list": ("/visits?size=50", "/visits"),
}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    engine: str
    size: int
    page: str
    ours: Timing
    floor: Timing
    queries: int


def prepared(settings: Settings, size: int):
    """An application over a filled database, a manager of the whole zone, and the ids the addresses need."""
    app = create_app(settings)
    with app.app_context():
        schema.upgrade()
        ensure_root("开发区管理委员会")
        bench_data.fill(size, commissioners=max(60, size // SERVED), visits=20 if size <= 5000 else 10)
        with writing():
            manager = Make(password_hash="-").user("测速", mobile="13700000001", role=Role.MANAGER, over=root())
        with app.test_request_context(), writing():
            sessions.begin(manager)
        ids = {
            "enterprise": bench_data.told_enterprise(),
            "commissioner": db.session.scalar(select(User.id).where(User.name == bench_data.commissioner(1))),
        }
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        today = clock.today()
        ids |= {"today": today, "silent_since": today - timedelta(days=bureau("silence_days"))}
        db.session.remove()
    signer = app.session_interface.get_signing_serializer(app)
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': manager.session_token})}"
    return app, cookie, ids


@contextmanager
def served(command: str, environment: dict[str, str]) -> Iterator[int]:
    """gunicorn with two workers, as in production."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "-w",
        "2",
        "--threads",
        "4",
        "--keep-alive",
        "60",
        "--no-control-socket",
        "-b",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, command], env={**os.environ, **environment}, cwd=ROOT
    )
    try:
        _answers(port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _answers(port: int) -> None:
    """Returns when some page has been answered: the port is open long before the first worker has begun."""
    until = time.monotonic() + 120
    while True:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            line.request("GET", "/healthz")
            line.getresponse().read()
            return
        except ConnectionError:
            if time.monotonic() > until:
                raise
        finally:
            line.close()


def queries_of(app, cookie: str, path: str, form: Callable[[str], dict[str, str]] | None = None) -> int:
    """How many statements one request of this page sends, or one form, filled in from the page's text."""
    counted: list[str] = []
    name, value = cookie.split("=", 1)
    with app.app_context():
        engine = db.engine
    client = app.test_client()
    client.set_cookie(name, value)
    filled = form(client.get(path).text) if form else None
    event.listen(engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    client.post(path, data=filled) if filled else client.get(path)
    return len(counted)


def rows_for(engine: str, url: str, size: int, folder: Path) -> Iterator[Row]:
    secret = secrets.token_urlsafe(48)
    settings = Settings(env="test", database_url=url, data_dir=folder, secret_key=secret)
    app, cookie, ids = prepared(settings, size)
    environment = {"CRM_ENV": "test", "CRM_DATABASE_URL": url, "CRM_DATA_DIR": str(folder), "CRM_SECRET_KEY": secret}
    floor = {"FLOOR_DATABASE": url.removeprefix("sqlite:///")}
    with app.app_context():
        for what, mine, bare, queries in work.by_itself(floor["FLOOR_DATABASE"]):
            yield Row(engine, size, what, mine, bare, queries)
        db.session.remove()
    with served("wsgi:app", environment) as ours, served("benchmarks.floor:app", floor) as least:
        for page, addresses in PAGES.items():
            path, bare = (address.format(**ids) for address in addresses)
            timings = measure((ours, least), (path, bare), cookie)
            yield Row(engine, size, page, *timings, queries_of(app, cookie, path))
        with served("benchmarks.floor_writing:app", floor) as writes:
            path = f"/visits/new?enterprise={ids['enterprise']}"
            timings = work.saving((ours, writes), path, cookie, size)
            yield Row(engine, size, "save a visit", *timings, queries_of(app, cookie, path, work.filled))


def table(rows: list[Row]) -> str:
    head = "| database | enterprises | page | p50 ms | p95 ms | req/s, 8 conn. | queries | kB | floor p50 | ratio |\n"
    lines = [
        f"| {r.engine} | {r.size:,} | {r.page} | {r.ours.median:.1f} | {r.ours.p95:.1f} "
        f"| {r.ours.per_second:.0f} | {r.queries} "
        f"| {r.ours.size / 1000:.0f} | {r.floor.median:.1f} | **{r.ours.median / r.floor.median:.1f}** |"
        for r in rows
    ]
    return head + "|---" * 10 + "|\n" + "\n".join(lines) + "\n"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--sizes", default="1000,5000")
    options.add_argument("--large", action="store_true", help="also 100,000 enterprises with 1,000,000 visits")
    options.add_argument("--postgresql", default=os.environ.get("TEST_PG_URL", ""))
    options.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    chosen = options.parse_args()
    rows: list[Row] = []
    text = ""
    for engine in ("SQLite", "PostgreSQL") if chosen.postgresql else ("SQLite",):
        for size in [*map(int, chosen.sizes.split(",")), *([100_000] if chosen.large else [])]:
            with tempfile.TemporaryDirectory() as folder, database(engine, chosen.postgresql, Path(folder)) as url:
                for row in rows_for(engine, url, size, Path(folder)):
                    rows.append(row)
                    print(f"{engine} {size} {row.page}: {row.ours.median:.1f} / {row.floor.median:.1f} ms", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            text += imports.table(engine, chosen.postgresql, Path(folder))
    report = f"{table(rows)}\n| database | import | check s | write s | most MiB |\n|---|---|---|---|---|\n{text}"
    print(report)
    if chosen.write:
        imports.write_into(ROOT / "docs" / "performance.md", report)


if __name__ == "__main__":
    main()
