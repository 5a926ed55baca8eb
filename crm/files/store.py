"""Keeping bytes: written under a temporary name, flushed to the disk, renamed; the row follows in the caller's act.

So a crash leaves at most a file without a row, which `sweep` takes away, never a row without its file.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, in_writing
from crm.core.journal import parts
from crm.files.models import StoredFile

PIECE = 1 << 20
ORPHAN_AFTER = timedelta(days=1)
REMOVED_AFTER = timedelta(days=30)


class TooLarge(Exception):
    """The bytes exceed what the caller allows; nothing was kept."""


@dataclass(frozen=True)
class Stashed:
    """Bytes that are safe on the disk and wait for their row."""

    stored_as: str
    size: int
    sha256: str


def folder() -> Path:
    return Path(current_app.extensions["commissioner"].data_dir) / "files"


def path_of(stored_as: str) -> Path:
    return folder() / stored_as[:2] / stored_as


def stash(source: BinaryIO, *, most: int) -> Stashed:
    """Put bytes on the disk under a random name; outside `writing()`, since it waits for the disk. Raises TooLarge."""
    if in_writing():
        raise RuntimeError("files are written before the transaction begins")
    stored_as = secrets.token_hex(16)
    target = path_of(stored_as)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    try:
        size, digest = _copy(source, part, most)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _flush_folder(target.parent)
    return Stashed(stored_as, size, digest)


def _copy(source: BinaryIO, part: Path, most: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with part.open("xb") as file:
        while piece := source.read(PIECE):
            size += len(piece)
            if size > most:
                raise TooLarge(size)
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _flush_folder(path: Path) -> None:
    """Make the new name itself durable; Windows cannot open a folder and does not need it."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def keep(stashed: Stashed, *, name: str, media_type: str, by_id: int | None) -> StoredFile:
    """The row of stashed bytes, in the caller's transaction."""
    made = StoredFile(
        name=name[-240:],
        media_type=media_type[:120],
        size=stashed.size,
        sha256=stashed.sha256,
        stored_as=stashed.stored_as,
        by_id=by_id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def drop(stashed: Stashed) -> None:
    """Take bytes away whose act was refused after all."""
    path_of(stashed.stored_as).unlink(missing_ok=True)


def remove(stored: StoredFile) -> None:
    """Mark as removed; the bytes go with a later `sweep`."""
    stored.removed_at = clock.now()
    db.session.flush()


def sweep() -> str | None:
    """Daily: bytes without a row, unfinished copies, and files removed long ago. Says what was taken away."""
    orphans = sum(_take(path) for path in _without_row())
    gone = _removed_long_ago()
    return f"{orphans} orphans, {gone} removed" if orphans or gone else None


def _without_row() -> list[Path]:
    """Old enough that no act can still be about to write its row."""
    before = (clock.real_now() - ORPHAN_AFTER).timestamp()
    old = {path.name: path for path in folder().glob("??/*") if path.stat().st_mtime < before}
    for names in parts(sorted(old)):
        for known in db.session.scalars(select(StoredFile.stored_as).where(StoredFile.stored_as.in_(names))):
            del old[known]
    return list(old.values())


def _removed_long_ago() -> int:
    rows = db.session.scalars(select(StoredFile).where(StoredFile.removed_at < clock.now() - REMOVED_AFTER))
    return sum(_take(path_of(row.stored_as)) for row in rows)


def _take(path: Path) -> int:
    try:
        path.unlink()
    except OSError:
        return 0
    return 1
