"""Backups: one .tar with the database, the stored files and a manifest of hashes; verified before it counts.

The database is copied first: a file is stored before its row is committed and kept for 30 days after its row is
removed, so every file the copy mentions can still be taken.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import URL, select

from crm.core import clock, schema
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.settings import Settings
from crm.core.words import Say, say
from crm.files.models import StoredFile

PREFIX, SUFFIX = "commissioner-", ".tar"
SQLITE_NAME, POSTGRES_NAME, MANIFEST = "database.sqlite", "database.dump", "manifest.json"


class BackupFailed(Exception):
    """No backup was made, or it cannot be trusted; `why` is for the administrator."""

    def __init__(self, why: Say) -> None:
        self.why = why
        super().__init__(why.msgid)


@dataclass(frozen=True)
class Copy:
    """One backup file on disk."""

    path: Path
    made_at: datetime
    size: int


def folder() -> Path:
    settings: Settings = current_app.extensions["commissioner"]
    return settings.data_dir / "backups"


def copies(where: Path | None = None) -> list[Copy]:
    """The backups in a folder, newest first; a file somebody named himself is none."""
    dated = ((made_at, path) for path in (where or folder()).glob(f"{PREFIX}*{SUFFIX}") if (made_at := _made_at(path)))
    return [Copy(path, made_at, path.stat().st_size) for made_at, path in sorted(dated, reverse=True)]


def _made_at(path: Path) -> datetime | None:
    """The name says it in the bureau's time, with its distance from UTC; older names say it in UTC, without."""
    stamp = path.name[len(PREFIX) : -len(SUFFIX)]
    try:
        return datetime.strptime(stamp if stamp[-5:-4] in ("+", "-") else f"{stamp}+0000", "%Y%m%dT%H%M%S%f%z")
    except ValueError:
        return None


def back_up(to: Path | None = None) -> Copy:
    """Make a backup under a temporary name, verify it, then give it its name; older ones are not touched."""
    target = (to or folder()).resolve()
    made_at = clock.real_now()
    final = target / f"{PREFIX}{clock.local(made_at):%Y%m%dT%H%M%S%f%z}{SUFFIX}"
    partial = final.with_suffix(".part")
    try:
        target.mkdir(parents=True, exist_ok=True)
        partial.touch(mode=0o600)
        with tempfile.TemporaryDirectory(dir=target, prefix=".backup-") as work:
            _pack(partial, Path(work))
        verify(partial)
        partial.replace(final)
        _sync(target)
    except (OSError, sqlite3.Error, subprocess.SubprocessError, tarfile.TarError) as error:
        raise BackupFailed(say("The backup failed: %(error)s. Older backups are untouched.", error=error)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return Copy(final, made_at, final.stat().st_size)


def nightly() -> str:
    """The nightly copy: make, verify, keep the newest so many; returns a word for the log."""
    made = back_up()
    keep = bureau("backup_keep")
    for old in copies()[keep:]:
        old.path.unlink(missing_ok=True)
    return f"{made.path.name} {made.size}"


def _pack(partial: Path, work: Path) -> None:
    dump = _dump_sqlite(work) if db.engine.dialect.name == "sqlite" else _dump_postgresql(work)
    db.session.rollback()
    stored = list(
        db.session.execute(select(StoredFile.stored_as, StoredFile.sha256).where(StoredFile.removed_at.is_(None)))
    )
    db.session.rollback()
    settings: Settings = current_app.extensions["commissioner"]
    hashes: dict[str, str] = {}
    with partial.open("wb") as raw:
        with tarfile.open(fileobj=raw, mode="w") as tar:
            _add(tar, dump, dump.name, hashes)
            for stored_as, _sha in stored:
                source = settings.data_dir / "files" / stored_as[:2] / stored_as
                if source.is_file():
                    _add(tar, source, f"files/{stored_as[:2]}/{stored_as}", hashes)
            manifest = {"made_at": clock.real_now().isoformat(), "schema": schema.current(), "sha256": hashes}
            _add_bytes(tar, MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
        raw.flush()
        os.fsync(raw.fileno())


def _dump_sqlite(work: Path) -> Path:
    """SQLite's online backup: consistent while others write."""
    copy = work / SQLITE_NAME
    raw = db.engine.raw_connection()
    target = sqlite3.connect(copy)
    try:
        raw.driver_connection.backup(target, pages=2000)  # type: ignore[union-attr]
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()
        raw.close()
    return copy


def _dump_postgresql(work: Path) -> Path:
    copy = work / POSTGRES_NAME
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={copy}"]
    run_postgres(["pg_dump", *options], address=db.engine.url)
    return copy


def run_postgres(command: list[str], address: URL | None = None) -> None:
    """One of PostgreSQL's programs; the password travels in its environment, where `ps` does not show it."""
    secret = {}
    if address is not None:
        secret = {"PGPASSWORD": address.password} if address.password else {}
        bare = address.set(drivername="postgresql", password=None)
        command = [*command, f"--dbname={bare.render_as_string()}"]
    try:
        environment = {**os.environ, **secret}
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=3600, env=environment)
    except FileNotFoundError:
        raise BackupFailed(
            say("%(program)s is missing: install the PostgreSQL client programs", program=command[0])
        ) from None
    except subprocess.CalledProcessError as error:
        raise BackupFailed(
            say("%(program)s failed: %(error)s", program=command[0], error=error.stderr[-500:])
        ) from error


def _add(tar: tarfile.TarFile, source: Path, name: str, hashes: dict[str, str]) -> None:
    with source.open("rb") as file:
        hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    tar.add(source, name, recursive=False)


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _sync(target: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(target, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def verify(path: Path) -> dict[str, Any]:
    """Check every hash, and that the copy of the database opens whole; returns the manifest. Raises BackupFailed."""
    room = path.parent if os.access(path.parent, os.W_OK) else None
    try:
        with tarfile.open(path) as tar:
            manifest: dict[str, Any] = json.load(_member(tar, MANIFEST))
            for name, expected in manifest["sha256"].items():
                if hashlib.file_digest(_member(tar, name), "sha256").hexdigest() != expected:
                    raise BackupFailed(say("%(name)s in the backup is damaged", name=name))
            if SQLITE_NAME in manifest["sha256"]:
                _open_copy(tar, room)
            elif POSTGRES_NAME in manifest["sha256"]:
                _list_dump(tar, room)
    except tarfile.ReadError as error:
        raise BackupFailed(
            say("%(name)s is no backup, or it was cut off while being copied", name=path.name)
        ) from error
    except (tarfile.TarError, KeyError, ValueError, OSError) as error:
        raise BackupFailed(say("This is not a whole backup: %(error)s", error=error)) from error
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> Any:
    found = tar.extractfile(name)
    if found is None:
        raise BackupFailed(say("%(name)s is missing in the backup", name=name))
    return found


def _open_copy(tar: tarfile.TarFile, where: Path | None) -> None:
    with tempfile.TemporaryDirectory(dir=where, prefix=".verify-") as work:
        copy = Path(work) / SQLITE_NAME
        with copy.open("wb") as file:
            shutil.copyfileobj(_member(tar, SQLITE_NAME), file)
        with sqlite3.connect(copy) as opened:
            answer = opened.execute("PRAGMA integrity_check").fetchone()[0]
            orphan = opened.execute("PRAGMA foreign_key_check").fetchone()
        opened.close()
    if answer != "ok" or orphan:
        raise BackupFailed(say("The copy is damaged: %(answer)s", answer=answer if answer != "ok" else orphan))


def _list_dump(tar: tarfile.TarFile, where: Path | None) -> None:
    """PostgreSQL's own program reads the table of contents."""
    with tempfile.TemporaryDirectory(dir=where, prefix=".verify-") as work:
        dump = Path(work) / POSTGRES_NAME
        with dump.open("wb") as file:
            shutil.copyfileobj(_member(tar, POSTGRES_NAME), file)
        run_postgres(["pg_restore", "--list", str(dump)])
