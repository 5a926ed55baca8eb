"""Recording: `record` inside the act it tells of, `note` in a short transaction of its own."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from flask import has_request_context, request
from sqlalchemy import Insert, insert, select

from crm.core import clock
from crm.core.bulk import insert_many
from crm.core.db import writer, writing
from crm.core.types import canonical
from crm.timeline.models import Entry, Level, Seal

SEAL_BATCH = 2000
_waiting: ContextVar[list[dict[str, Any]] | None] = ContextVar("waiting", default=None)


class Actor(Protocol):
    """Whoever acts: a user, or a program such as the command line."""

    @property
    def id(self) -> Any: ...
    @property
    def name(self) -> Any: ...


@dataclass(frozen=True)
class Program:
    """The command line, the scheduler, an import: an actor without an account."""

    name: str
    id: int | None = None


CLI = Program("cli")
SCHEDULER = Program("scheduler")


def record(
    enterprise_id: int | None,
    kind: str,
    /,
    *,
    by: Actor,
    subject: tuple[str, int] | None = None,
    level: Level = Level.OPEN,
    via: str | None = None,
    **body: Any,
) -> None:
    """Write down an act in the same transaction as the act; `body` must be JSON-like."""
    entry = row(enterprise_id, kind, by=by, subject=subject, level=level, via=via, **body)
    waiting = _waiting.get()
    if waiting is None:
        _write([entry])
    else:
        waiting.append(entry)


@contextmanager
def together() -> Iterator[None]:
    """What is recorded inside is written at its end in one statement: for an act of several services."""
    waiting: list[dict[str, Any]] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    if waiting:
        _write(waiting)


def _write(rows: list[dict[str, Any]]) -> None:
    writer().execute(_inserting(), rows)


@cache
def _inserting() -> Insert:
    table: Any = Entry.__table__
    return insert(table)


def record_many(rows: list[dict[str, Any]]) -> None:
    """Many entries made by `row(...)`, a thousand per statement, for set-based acts."""
    insert_many(Entry.__table__, rows)


def row(
    enterprise_id: int | None,
    kind: str,
    /,
    *,
    by: Actor,
    subject: tuple[str, int] | None = None,
    level: Level = Level.OPEN,
    via: str | None = None,
    **body: Any,
) -> dict[str, Any]:
    """The entry as a plain row, digest computed."""
    entry = {
        "at": clock.now(),
        "kind": kind,
        "enterprise_id": enterprise_id,
        "subject_kind": subject[0] if subject else "",
        "subject_id": subject[1] if subject else None,
        "actor_id": by.id,
        "actor_name": by.name,
        **_door(by, via),
        "level": level,
        "body": body,
        "salt": secrets.token_hex(16),
    }
    entry["digest"] = digest(entry)
    return entry


def _door(by: Actor, via: str | None) -> dict[str, str]:
    """How and from where it was done."""
    is_page = has_request_context()
    known = "web" if is_page else by.name if isinstance(by, Program) else "job"
    return {"via": via or known, "address": (request.remote_addr or "") if is_page else ""}


def digest(entry: dict[str, Any]) -> str:
    """SHA-256 over the facts outside the body and the salted hash of the body, so that a body can be erased."""
    outer = [entry[k] for k in ("kind", "enterprise_id", "subject_kind", "subject_id", "actor_id", "actor_name", "via")]
    moment = entry["at"].isoformat(timespec="microseconds")
    inner = hashlib.sha256(f"{entry['salt']}|{canonical(entry['body'])}".encode()).hexdigest()
    return hashlib.sha256(canonical([moment, *outer, str(entry["level"]), inner]).encode()).hexdigest()


def note(kind: str, /, *, by: Actor, enterprise_id: int | None = None, level: Level = Level.OPEN, **body: Any) -> None:
    """Write down what a reading or a refused request did, in a short transaction of its own."""
    with writing():
        record(enterprise_id, kind, by=by, level=level, **body)


def seal(limit: int = SEAL_BATCH) -> int:
    """Chain the entries not sealed yet, oldest first; returns how many. Called every minute by the scheduler."""
    with writing() as session:
        previous = session.scalar(select(Seal.hash).order_by(Seal.id.desc()).limit(1)) or ""
        unsealed = session.execute(
            select(Entry.id, Entry.digest)
            .where(~select(Seal.id).where(Seal.entry_id == Entry.id).exists(), Entry.id > _sealed_below())
            .order_by(Entry.id)
            .limit(limit)
        ).all()
        links = []
        for entry_id, entry_digest in unsealed:
            previous = hashlib.sha256(f"{previous}|{entry_id}|{entry_digest}".encode()).hexdigest()
            links.append({"entry_id": entry_id, "hash": previous, "sealed_at": clock.now()})
        if links:
            session.execute(insert(Seal), links)
    return len(links)


def _sealed_below() -> Any:
    """Entries far below the newest seal are sealed for sure: ids of concurrent writers differ by little."""
    newest = select(Seal.entry_id).order_by(Seal.id.desc()).limit(1).scalar_subquery()
    from sqlalchemy import func

    return func.coalesce(newest, 0) - SEAL_BATCH * 5
