"""催办: who was asked to move on what, and when; append-only."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.types import Id, UtcDateTime


class Chase(db.Model):
    """The owner of a promise, or the commissioner of a firm not visited for long, was asked to move.

    Once a day at most by the unique key, once in three working days by the rule; reminders make the notice of it.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Id)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_id: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "day"),
        CheckConstraint("subject_kind IN ('followup', 'enterprise')", name="subject_known"),
        Index("ix_chase_day", "day", "id"),
        {"sqlite_autoincrement": True},
    )
