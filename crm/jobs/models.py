"""Background work with progress, and the heartbeat of the process that does it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.claims import Claimable
from crm.core.db import db
from crm.core.types import EnumText, Id, Json, UtcDateTime
from crm.core.words import Say


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Claimable, db.Model):
    """One piece of work: `done` of `total` steps; a lapsed lease makes it free for another process."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    args: Mapped[Any] = mapped_column(Json)
    state: Mapped[JobState] = mapped_column(EnumText(JobState), default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[Any] = mapped_column(Json, default=list)
    result: Mapped[Any | None] = mapped_column(Json)
    by_id: Mapped[int | None] = mapped_column(Id, index=True)
    by_name: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_job_state_id", "state", "id"), {"sqlite_autoincrement": True})

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def reasons(self) -> list[Say]:
        """Why it failed, in words for its owner."""
        return [Say.from_json(kept) for kept in self.problem]


class Heartbeat(db.Model):
    """The last sign of life of each scheduler process, by the real clock, and the last jump of that clock it saw."""

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    jumped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    jumped_by: Mapped[int] = mapped_column(default=0)


class Once(db.Model):
    """A day's work that must happen once over all processes: whoever inserts the row does it."""

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    state: Mapped[str] = mapped_column(String(20), default="done")
    words: Mapped[str] = mapped_column(Text, default="")
