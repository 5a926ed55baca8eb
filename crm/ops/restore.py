"""Restoring a backup into a new place; nothing that exists is overwritten unless forced."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from crm.core.settings import without_password
from crm.core.words import Say, say
from crm.ops.backup import POSTGRES_NAME, SQLITE_NAME, BackupFailed, run_postgres, verify

DATABASE_FILES = (".db", ".sqlite", ".sqlite3")


def restore(path: Path, *, to: str, files: Path, force: bool = False) -> str:
    """Verify a backup and put it in place; returns what to set CRM_DATABASE_URL to.

    `to` is a folder (or the database file in it) for a SQLite backup, an address postgresql://… of an empty database
    for a PostgreSQL one; stored files go beside the SQLite file, or below `files` for PostgreSQL.
    """
    manifest = verify(path)
    if SQLITE_NAME in manifest["sha256"]:
        return f"sqlite:///{_into_folder(path, to, force)}"
    if not to.startswith("postgresql"):
        raise BackupFailed(say("This is a PostgreSQL backup: give --to postgresql://… of an empty database"))
    _into_postgresql(path, to, files, force)
    return to


def what_next(url: str) -> Say:
    """The setting with which the program finds what was restored; passwords hidden."""
    if url.startswith("sqlite"):
        database = Path(url.removeprefix("sqlite:///"))
        if database.name == "commissioner.db":
            return say("Restored. Set CRM_DATA_DIR to %(folder)s, run init-db and start", folder=database.parent)
        told = {"url": url, "folder": database.parent}
        return say(
            "Restored. Set CRM_DATABASE_URL to %(url)s and CRM_DATA_DIR to %(folder)s, run init-db and start", **told
        )
    return say("Restored. Set CRM_DATABASE_URL to %(url)s, run init-db and start", url=without_password(url))


def _into_folder(path: Path, to: str, force: bool) -> Path:
    if "://" in to:
        raise BackupFailed(say("This is a SQLite backup: give --to a folder"))
    place = Path(to).resolve()
    database = place if place.suffix in DATABASE_FILES else place / "commissioner.db"
    if database.exists() and not force:
        raise BackupFailed(say("%(path)s exists: restore to another folder, or say --force", path=database))
    with tarfile.open(path) as tar:
        partial = _taken(tar, SQLITE_NAME, database)
        _take_files(tar, database.parent)
    for stale in ("-wal", "-shm"):
        database.with_name(database.name + stale).unlink(missing_ok=True)
    partial.replace(database)
    return database


def _into_postgresql(path: Path, to: str, files: Path, force: bool) -> None:
    address, count = _tables_at(to)
    if count and not force:
        raise BackupFailed(say("The database is not empty: restore to another one, or say --force"))
    dump = files / ".restoring.dump"
    try:
        with tarfile.open(path) as tar:
            _taken(tar, POSTGRES_NAME, dump).replace(dump)
            _take_files(tar, files)
        options = ["--exit-on-error", "--no-owner", "--single-transaction"]
        options += ["--clean", "--if-exists"] if force else []
        run_postgres(["pg_restore", *options, str(dump)], address=address)
    finally:
        dump.unlink(missing_ok=True)


def _tables_at(to: str) -> tuple[URL, int]:
    """The address, and how many tables are there already."""
    import psycopg

    try:
        address = make_url(to)
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    except (ArgumentError, psycopg.Error) as error:
        reason = str(error).strip().splitlines()[0]
        raise BackupFailed(say("The database cannot be reached: %(reason)s. Look at --to", reason=reason)) from error
    return address, int(found[0]) if found else 0


def _take_files(tar: tarfile.TarFile, folder: Path) -> None:
    """Only names of the form files/ab/abcdef…: a crafted archive cannot write elsewhere."""
    for member in tar.getmembers():
        parts = Path(member.name).parts
        if member.isfile() and len(parts) == 3 and parts[0] == "files" and ".." not in parts:
            target = folder.joinpath(*parts)
            _taken(tar, member.name, target).replace(target)


def _taken(tar: tarfile.TarFile, name: str, target: Path) -> Path:
    """A member of the archive beside its place, whole; whoever asked gives it its name."""
    source = tar.extractfile(name)
    if source is None:
        raise BackupFailed(say("%(name)s is missing in the backup", name=name))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    partial.touch(mode=0o600)
    with partial.open("wb") as out:
        shutil.copyfileobj(source, out)
    return partial
