"""A reminder row is the in-app notice; a digest is one mail per person and morning."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.types import EnumText, Id, UtcDateTime


class ReminderState(StrEnum):
    """Planned waits for the morning's mail, timed has a mail of its own, muted is a kind its reader switched off."""

    PLANNED = "planned"
    TIMED = "timed"
    SENT = "sent"
    CANCELLED = "cancelled"
    IN_APP = "in_app"
    MUTED = "muted"


class Digest(db.Model):
    """All that one person is told by mail on one morning; its members are frozen at first dispatch."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    day: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("recipient_id", "day"), {"sqlite_autoincrement": True})


class Reminder(db.Model):
    """One thing one person must hear once. `basis` is the day or round that makes it new.

    The unique key kind|subject|basis|step|recipient is what makes planning safe to repeat.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Id)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    basis: Mapped[str] = mapped_column(String(40))
    step: Mapped[int] = mapped_column(default=0)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    due_on: Mapped[date]
    state: Mapped[ReminderState] = mapped_column(EnumText(ReminderState), default=ReminderState.PLANNED)
    cancel_reason: Mapped[str] = mapped_column(String(40), default="")
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digest.id"), index=True)

    recipient: Mapped[User] = relationship()

    __table_args__ = (
        UniqueConstraint("kind", "subject_kind", "subject_id", "basis", "step", "recipient_id", name="uq_reminder_key"),
        Index("ix_reminder_recipient_id_read_at", "recipient_id", "read_at"),
        Index("ix_reminder_subject", "subject_kind", "subject_id"),
        Index("ix_reminder_state_due_on", "state", "due_on"),
        {"sqlite_autoincrement": True},
    )


STANDS = Reminder.state != ReminderState.CANCELLED
"""What counts as told. A cancelled reminder has told nobody: when its facts hold again, planning revives it."""
