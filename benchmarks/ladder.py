"""Board, table, figures and targets of the ladder at ten thousand tracks and more, as ratios to their floors.

Usage: python -m benchmarks.ladder [--tracks 10000,100000] [--postgresql URL] [--only-postgresql] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.bench import queries_of, served
from benchmarks.client import Timing, measure
from benchmarks.imports import write_into
from benchmarks.places import database
from crm import create_app
from crm.accounts import User, sessions
from crm.accounts.queries import root
from crm.core import clock, schema
from crm.core.db import db, writing
from crm.core.settings import ROOT, Settings
from crm.cultivation.board import ALL_AT_ONCE, PER_PAGE
from crm.cultivation.models import Track, TrackEvent
from crm.cultivation.rules import lanes
from crm.cultivation.rules.ladder import ladder
from crm.ops import bench_data, bench_tracks
from crm.ops.builders import Make
from crm.ops.commands import ensure_root
from crm.permissions import Role

FIRMS = 0.7
"""Enterprises for each track."""
SERVED = 25
PAST = date(2024, 6, 30)
MARKS = "<!-- ladder -->\n", "<!-- /ladder -->\n"
PAGES = {
    "board by rung": ("/board", "/board/rungs"),
    "board of NEEQ": ("/board/NEEQ", "/board/NEEQ"),
    "table": ("/board/table?size=50", "/table"),
    "table, filtered": ("/board/table?size=50&goal=sure&kind=NEEQ", "/table?chosen=1"),
    "figures of today": ("/figures", "/figures?since={year_end}&on={today}"),
    "figures of a past day": (f"/figures?on={PAST}", f"/figures?since={PAST.year - 1}-12-31&on={PAST}"),
    "targets": ("/targets", "/targets?since={year_end}&on={today}"),
}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    engine: str
    size: str
    page: str
    ours: Timing
    floor: Timing
    queries: int


def prepared(settings: Settings, tracks: int) -> tuple[Any, str, dict[str, Any]]:
    """An application over a filled database, the cookie of a manager of the whole zone, and what was filled in."""
    app, begun = create_app(settings), time.monotonic()
    with app.app_context():
        schema.upgrade()
        ensure_root("开发区管理委员会")
        firms = int(tracks * FIRMS)
        bench_data.fill(firms, commissioners=max(60, firms // SERVED))
        with writing():
            manager = Make(password_hash="-").user("测速", mobile="13700000001", role=Role.MANAGER, over=root())
        manager_id = manager.id
        bench_tracks.fill(tracks, by_id=manager_id)
        manager = db.session.get_one(User, manager_id)
        with app.test_request_context(), writing():
            sessions.begin(manager)
        _settle()
        today = clock.today()
        told = {"lanes": _lanes(), "today": today, "year_end": date(today.year - 1, 12, 31)}
        events = db.session.scalar(select(func.count()).select_from(TrackEvent))
        told["size"] = f"{tracks:,} / {events:,}"
        db.session.remove()
    print(f"{told['size']} filled in {time.monotonic() - begun:.0f} s", flush=True)
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return app, f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': manager.session_token})}", told


def _settle() -> None:
    """The database knows what it holds, as it does after a night."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if db.engine.dialect.name == "postgresql" else "ANALYZE")


def _lanes() -> str:
    """The lanes of both boards with how many cards the page shows in each."""
    rows: Any = db.session.execute(select(Track.state, func.count()).where(Track.is_open).group_by(Track.state))
    there = dict(map(tuple, rows))
    boards = {"rungs": lanes.of_rungs(ladder()), "NEEQ": lanes.of_kind(ladder().kinds["NEEQ"])}
    return json.dumps({
        name: [
            (lane.states, ALL_AT_ONCE if sum(there.get(s, 0) for s in lane.states) <= ALL_AT_ONCE else PER_PAGE)
            for lane in found
        ]
        for name, found in boards.items()
    })  # fmt: skip


def rows_for(engine: str, url: str, tracks: int, folder: Path) -> Iterator[Row]:
    secret = secrets.token_urlsafe(48)
    settings = Settings(env="test", database_url=url, data_dir=folder, secret_key=secret)
    app, cookie, told = prepared(settings, tracks)
    environment = {"CRM_ENV": "test", "CRM_DATABASE_URL": url, "CRM_DATA_DIR": str(folder), "CRM_SECRET_KEY": secret}
    floor = {"FLOOR_DATABASE": url.removeprefix("sqlite:///"), "FLOOR_LANES": told["lanes"]}
    with served("wsgi:app", environment) as ours, served("benchmarks.floor_ladder:app", floor) as least:
        for page, addresses in PAGES.items():
            path, bare = (address.format(**told) for address in addresses)
            timings = measure((ours, least), (path, bare), cookie, requests=100)
            yield Row(engine, told["size"], page, *timings, queries_of(app, cookie, path))


def table(rows: list[Row]) -> str:
    heads = ("database", "tracks / events", "page", "p50 ms", "p95 ms", "req/s, 8 conn.", "queries", "kB", "floor p50")
    lines = [
        f"| {r.engine} | {r.size} | {r.page} | {r.ours.median:.1f} | {r.ours.p95:.1f} | {r.ours.per_second:.0f} "
        f"| {r.queries} | {r.ours.size / 1000:.0f} | {r.floor.median:.1f} "
        f"| **{r.ours.median / r.floor.median:.1f}** |"
        for r in rows
    ]
    return f"| {' | '.join(heads)} | ratio |\n" + "|---" * 10 + "|\n" + "\n".join(lines) + "\n"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--tracks", default="10000")
    options.add_argument("--postgresql", default=os.environ.get("TEST_PG_URL", ""))
    options.add_argument("--only-postgresql", action="store_true")
    options.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    chosen = options.parse_args()
    engines = [] if chosen.only_postgresql else ["SQLite"]
    rows: list[Row] = []
    for engine in engines + ["PostgreSQL"] * bool(chosen.postgresql):
        for size in map(int, chosen.tracks.split(",")):
            with tempfile.TemporaryDirectory() as folder, database(engine, chosen.postgresql, Path(folder)) as url:
                for row in rows_for(engine, url, size, Path(folder)):
                    rows.append(row)
                    print(f"{engine} {row.page}: {row.ours.median:.1f} / {row.floor.median:.1f} ms", flush=True)
    print(table(rows))
    if chosen.write:
        write_into(ROOT / "docs" / "performance.md", table(rows), MARKS)


if __name__ == "__main__":
    main()
