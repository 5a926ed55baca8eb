"""The papers behind a step."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core import clock
from crm.core.db import db
from crm.core.types import Id, UtcDateTime
from crm.files.models import StoredFile


class TrackPaper(db.Model):
    """A file behind a step: it hangs on the step that waits, once that stands on the event too.

    `what` are the Chinese words of the state's list of evidence, or free ones; `asked_on` the day on which a follow-up
    was opened because it ends.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("track_proposal.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("track_event.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    what: Mapped[str] = mapped_column(String(80))
    ends_on: Mapped[date | None] = mapped_column(index=True)
    asked_on: Mapped[date | None]
    added_by_id: Mapped[int | None] = mapped_column(Id)
    added_by_name: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    file: Mapped[StoredFile] = relationship()

    __table_args__ = (
        CheckConstraint("proposal_id IS NOT NULL OR event_id IS NOT NULL", name="of_a_step"),
        {"sqlite_autoincrement": True},
    )
