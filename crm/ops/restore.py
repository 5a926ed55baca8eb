"""Restoring a backup into a new place; nothing that exists is overwritten unless forced."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import psycopg

from crm.core.words import say
from crm.ops.backup import POSTGRES_NAME, SQLITE_NAME, BackupFailed, run_postgres, verify


def restore(path: Path, *, to: str, files: Path, force: bool = False) -> str:
    """Verify a backup and put it in place; returns what to set CRM_DATABASE_URL to.

    `to` is a folder for a SQLite backup, an address postgresql://… of an empty database for a PostgreSQL one;
    stored files go below `to`, or below `files` for PostgreSQL.
    """
    manifest = verify(path)
    if SQLITE_NAME in manifest["sha256"]:
        return _into_folder(path, Path(to), force)
    if not to.startswith("postgresql"):
        raise BackupFailed(say("This is a PostgreSQL backup: give --to postgresql://… of an empty database"))
    _into_postgresql(path, to, files, force)
    return to


def _into_folder(path: Path, folder: Path, force: bool) -> str:
    database = folder / "commissioner.db"
    if database.exists() and not force:
        raise BackupFailed(say("%(path)s exists: restore to another folder, or say --force", path=database))
    folder.mkdir(parents=True, exist_ok=True)
    for stale in ("-wal", "-shm"):
        database.with_name(database.name + stale).unlink(missing_ok=True)
    with tarfile.open(path) as tar:
        _take(tar, SQLITE_NAME, database)
        _take_files(tar, folder)
    return f"sqlite:///{database}"


def _into_postgresql(path: Path, url: str, files: Path, force: bool) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        count = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if count and count[0] and not force:
        raise BackupFailed(say("The database is not empty: restore to another one, or say --force"))
    dump = files / ".restoring.dump"
    files.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(path) as tar:
            _take(tar, POSTGRES_NAME, dump)
            _take_files(tar, files)
        options = ["--clean", "--if-exists"] if force else []
        run_postgres(
            [
                "pg_restore",
                "--exit-on-error",
                "--no-owner",
                "--single-transaction",
                *options,
                f"--dbname={url}",
                str(dump),
            ]
        )
    finally:
        dump.unlink(missing_ok=True)


def _take_files(tar: tarfile.TarFile, folder: Path) -> None:
    """Only names of the form files/ab/abcdef…: a crafted archive cannot write elsewhere."""
    for member in tar.getmembers():
        parts = Path(member.name).parts
        if member.isfile() and len(parts) == 3 and parts[0] == "files" and ".." not in parts:
            _take(tar, member.name, folder.joinpath(*parts))


def _take(tar: tarfile.TarFile, name: str, target: Path) -> None:
    source = tar.extractfile(name)
    if source is None:
        raise BackupFailed(say("%(name)s is missing in the backup", name=name))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    with partial.open("wb") as out:
        shutil.copyfileobj(source, out)
    partial.replace(target)
