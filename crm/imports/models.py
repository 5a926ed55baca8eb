"""An import run: the file, its columns, its staged rows, what was written, and what undoes it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core import clock
from crm.core.db import db
from crm.core.types import EnumText, Id, Json, UtcDateTime
from crm.files.models import StoredFile


class RunState(StrEnum):
    UPLOADED = "uploaded"
    READING = "reading"
    COLUMNS = "columns"
    CHECKING = "checking"
    CHECKED = "checked"
    WRITING = "writing"
    WRITTEN = "written"
    UNDONE = "undone"
    FAILED = "failed"
    DISCARDED = "discarded"


class ImportRun(db.Model):
    """One file on its way into the register; `kind` names the domain's sheet (roster, people …)."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[RunState] = mapped_column(EnumText(RunState), default=RunState.UPLOADED)
    options: Mapped[Any] = mapped_column(Json, default=dict)
    sheets: Mapped[Any] = mapped_column(Json, nullable=True)
    counts: Mapped[Any] = mapped_column(Json, nullable=True)
    notices: Mapped[Any] = mapped_column(Json, nullable=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    by_id: Mapped[int | None] = mapped_column(Id, index=True)
    by_name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    effective_on: Mapped[date | None]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    file: Mapped[StoredFile] = relationship()

    __table_args__ = ({"sqlite_autoincrement": True},)


class ImportRow(db.Model):
    """One row of the file, staged: what it says, what it would do, what is wrong with it."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    sheet: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(8), default="")
    values: Mapped[Any] = mapped_column("content", Json)
    errors: Mapped[Any] = mapped_column(Json, nullable=True)
    changes: Mapped[Any] = mapped_column(Json, nullable=True)
    target_id: Mapped[int | None] = mapped_column(Id)
    target_version: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("run_id", "sheet", "number"),
        Index("ix_import_row_run_id_outcome", "run_id", "outcome"),
        {"sqlite_autoincrement": True},
    )


class ImportChange(db.Model):
    """What writing a run did to one row of one table, so that it can be taken back: before is None for a new row."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), index=True)
    table: Mapped[str] = mapped_column("table_name", String(40))
    row_id: Mapped[int] = mapped_column(Id)
    enterprise_id: Mapped[int | None] = mapped_column(Id)
    before: Mapped[Any | None] = mapped_column(Json)
    after: Mapped[Any | None] = mapped_column(Json)

    __table_args__ = ({"sqlite_autoincrement": True},)
