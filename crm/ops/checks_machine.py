"""What the doctor looks at outside the rows: settings, database engine, disk, scheduler, backups."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import text

from crm.core import clock, schema
from crm.core.db import db
from crm.core.settings import Settings
from crm.core.words import say
from crm.ops import backup, health
from crm.ops.doctor import Check, Finding, Weight
from crm.outbox import channel

OLD_COPY = timedelta(days=2)
LITTLE_SPACE = 0.05
SAFE_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


def secret(settings: Settings) -> Iterator[Finding]:
    kept = settings.data_dir / "secret"
    if kept.is_file() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        yield Finding(
            Weight.ERROR,
            1,
            say("The secret %(path)s can be read by others", path=kept),
            say("Run: chmod 600 %(path)s", path=kept),
        )


def transport(settings: Settings) -> Iterator[Finding]:
    if settings.env == "production" and not settings.is_https:
        yield Finding(
            Weight.WARNING,
            2,
            say("The pages travel over plain http: passwords can be read on the network"),
            say("Put the reverse proxy of deploy/ in front, then set CRM_PUBLIC_URL to https://…"),
        )


def mail(settings: Settings) -> Iterator[Finding]:
    if not settings.smtp_url:
        yield Finding(
            Weight.NOTE,
            3,
            say("No mail server is set: reminders appear in the pages only"),
            say("If there is one, set CRM_SMTP_URL and CRM_MAIL_FROM"),
        )


def mail_server(settings: Settings) -> Iterator[Finding]:
    known = channel.now_is() if settings.smtp_url else None
    if known is None or known.trouble_since is None:
        return
    if channel.is_paused(known, settings):
        yield Finding(
            Weight.ERROR,
            30,
            say("All mail is paused, the mail server refused us: %(words)s", words=f"{known.code or ''} {known.words}"),
            say("Mend user, password or certificate in CRM_SMTP_URL, then choose “Try again now” under Deliveries"),
        )
    elif channel.is_long_away(known, clock.now()):
        yield Finding(
            Weight.WARNING,
            31,
            say("The mail server does not answer as it should: %(words)s", words=f"{known.code or ''} {known.words}"),
            say("Look whether it runs and can be reached from here; mail waits and is sent later"),
        )


def migrations(_settings: Settings) -> Iterator[Finding]:
    if not schema.is_current():
        yield Finding(
            Weight.ERROR,
            4,
            say(
                "The database stands at %(now)s, the program wants %(head)s",
                now=schema.current() or "-",
                head=schema.head(),
            ),
            say("Make a backup, then run: flask --app wsgi init-db"),
        )


def sqlite_engine(settings: Settings) -> Iterator[Finding]:
    if db.engine.dialect.name != "sqlite":
        return
    version = sqlite3.sqlite_version_info
    if not any(version[:2] == safe[:2] and version >= safe for safe in SAFE_SQLITE) and version < SAFE_SQLITE[0]:
        yield Finding(
            Weight.NOTE,
            5,
            say(
                "SQLite %(version)s has a rare fault when the write-ahead log is reset", version=sqlite3.sqlite_version
            ),
            say("Keep the nightly copies; update the system's SQLite when you can"),
        )
    for pragma, wanted in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        found = db.session.execute(text(f"PRAGMA {pragma}")).scalar()
        if found != wanted:
            yield Finding(
                Weight.ERROR,
                6,
                say("SQLite runs with %(pragma)s=%(found)s", pragma=pragma, found=found),
                say("Move the data directory to a local disk: a network share cannot keep the write-ahead log"),
            )
    answer = db.session.execute(text("PRAGMA quick_check(1)")).scalar()
    if answer != "ok":
        yield Finding(
            Weight.ERROR,
            7,
            say("The database file is damaged: %(answer)s", answer=answer),
            say("Stop the program and restore the newest backup from %(path)s", path=settings.data_dir / "backups"),
        )


def disk(settings: Settings) -> Iterator[Finding]:
    usage = shutil.disk_usage(settings.data_dir)
    if usage.free < usage.total * LITTLE_SPACE:
        yield Finding(
            Weight.ERROR,
            8,
            say("Only %(free)s MB are free on the disk", free=usage.free // 1_000_000),
            say("Make room: saving stops when the disk is full"),
        )


def scheduler(_settings: Settings) -> Iterator[Finding]:
    if health.scheduler_is_silent():
        yield Finding(
            Weight.ERROR,
            9,
            say("The scheduler has been silent for more than two minutes: no reminder leaves"),
            say("Start it: flask --app wsgi run-scheduler (or the service commissioner-scheduler)"),
        )


def copies(settings: Settings) -> Iterator[Finding]:
    newest = next(iter(backup.copies()), None)
    if newest is None:
        yield Finding(Weight.WARNING, 10, say("There is no backup yet"), say("Run: flask --app wsgi backup"))
    elif clock.real_now() - newest.made_at > OLD_COPY:
        yield Finding(
            Weight.ERROR,
            10,
            say("The newest backup is %(days)s days old", days=(clock.real_now() - newest.made_at).days),
            say(
                "Look whether the scheduler runs and whether %(path)s can be written",
                path=settings.data_dir / "backups",
            ),
        )


ALL: tuple[Check, ...] = (secret, transport, mail, mail_server, migrations, sqlite_engine, disk, scheduler, copies)
