"""One dated promise with an owner."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.models import Timestamped
from crm.core.types import EnumText, Id, UtcDateTime
from crm.enterprises.models import Enterprise

OPEN = text("state = 'open'")


class FollowupState(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Followup(Timestamped, db.Model):
    """What one official promised to do for an enterprise on a day.

    `origin_kind`/`origin_id` name what it came from (a visit, an import), without a foreign key to the right.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(20), default="followup")
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    due_time: Mapped[time | None]
    state: Mapped[FollowupState] = mapped_column(EnumText(FollowupState), default=FollowupState.OPEN)
    result: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(Id)
    postponed: Mapped[int] = mapped_column(default=0)
    origin_kind: Mapped[str] = mapped_column(String(20), default="")
    origin_id: Mapped[int | None] = mapped_column(Id)
    by_id: Mapped[int | None] = mapped_column(Id)
    version: Mapped[int] = mapped_column(default=1)

    enterprise: Mapped[Enterprise] = relationship()
    owner: Mapped[User | None] = relationship()

    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (state = 'open')", name="closed_with_state"),
        CheckConstraint("kind IN ('followup', 'request')", name="kind_known"),
        Index("ix_followup_owner_open", "owner_id", "due_on", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_followup_due_open", "due_on", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_followup_origin", "origin_kind", "origin_id"),
        {"sqlite_autoincrement": True},
    )


class FollowupMove(db.Model):
    """A change of day or owner, with its reason: append-only."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    followup_id: Mapped[int] = mapped_column(ForeignKey("followup.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    from_owner_id: Mapped[int | None] = mapped_column(Id)
    to_owner_id: Mapped[int | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(240), default="")
    by_id: Mapped[int | None] = mapped_column(Id)

    __table_args__ = ({"sqlite_autoincrement": True},)
