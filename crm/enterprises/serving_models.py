"""Who serves an enterprise: commissioner, stand-in, liaison leader, and orders for a day to come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.models import Timestamped
from crm.core.types import Id, UtcDateTime
from crm.enterprises.models import Enterprise

OPEN = text("ended_on IS NULL")


class Assignment(Timestamped, db.Model):
    """The one commissioner who serves an enterprise, [started_on, ended_on); open while `ended_on` is None."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    commissioner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(String(24), default="")
    handover_note: Mapped[str] = mapped_column(Text, default="")
    document_no: Mapped[str] = mapped_column(String(80), default="")

    enterprise: Mapped[Enterprise] = relationship()
    commissioner: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
        CheckConstraint("(ended_on IS NULL) = (end_reason = '')", name="ended_with_reason"),
        Index("one_open_assignment", "enterprise_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index(
            "ix_assignment_commissioner_open",
            "commissioner_id",
            "enterprise_id",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_assignment_open_started_on", "started_on", "enterprise_id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_assignment_commissioner_id", "commissioner_id"),
        Index("ix_assignment_created_at", "created_at"),
        {"sqlite_autoincrement": True},
    )


class AssignmentOrder(db.Model):
    """A change ordered for a future day by document; the scheduler executes it on its day."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    on: Mapped[date] = mapped_column("on_day")
    document_no: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    outcome: Mapped[Any | None] = mapped_column(Text)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    enterprise: Mapped[Enterprise] = relationship()
    to: Mapped[User] = relationship(foreign_keys=[to_id])
    ordered_by: Mapped[User] = relationship(foreign_keys=[ordered_by_id])

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'cancelled', 'failed')", name="state_known"),
        Index(
            "uq_assignment_order_waiting",
            "enterprise_id",
            "on_day",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_assignment_order_state_on_day", "state", "on_day"),
        {"sqlite_autoincrement": True},
    )


class StandIn(db.Model):
    """A deputy (B 角) for one enterprise, or for all of an official's, [from_on, until_on)."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    official_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(240), default="")

    official: Mapped[User] = relationship(foreign_keys=[official_id])
    deputy: Mapped[User] = relationship(foreign_keys=[deputy_id])
    enterprise: Mapped[Enterprise | None] = relationship()

    __table_args__ = (
        CheckConstraint("official_id <> deputy_id", name="two_people"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        {"sqlite_autoincrement": True},
    )


class Liaison(db.Model):
    """The liaison leader (联系领导) attached to an enterprise, [from_on, until_on); at most one open."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    leader_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    document_no: Mapped[str] = mapped_column(String(80), default="")

    leader: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index(
            "uq_liaison_open",
            "enterprise_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )


class Responsibility(db.Model):
    """The section (责任科室) that answers for an enterprise, [from_on, until_on); at most one open."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index(
            "uq_responsibility_open",
            "enterprise_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
