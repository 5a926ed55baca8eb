"""Yearly lists with their members, and what a year is to bring."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import db
from crm.core.models import Timestamped
from crm.core.types import Id
from crm.enterprises.models import Enterprise

STILL = text("until_on IS NULL")


class YearlyList(Timestamped, db.Model):
    """A list that a document sets up for a year. It is in force from its day until the next of its kind is."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(160))
    document_no: Mapped[str] = mapped_column(String(120), default="")
    from_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("kind", "year"),
        UniqueConstraint("kind", "from_on"),
        CheckConstraint("name <> '' AND year BETWEEN 1990 AND 2200", name="named_and_dated"),
        {"sqlite_autoincrement": True},
    )


class ListMember(Timestamped, db.Model):
    """A firm on a yearly list on the days [from_on, until_on); a row is ended, never deleted."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("yearly_list.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    entry_reason: Mapped[str] = mapped_column(String(240), default="")
    exit_reason: Mapped[str] = mapped_column(String(240), default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    list: Mapped[YearlyList] = relationship()
    enterprise: Mapped[Enterprise] = relationship()

    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        CheckConstraint("(until_on IS NULL) = (exit_reason = '')", name="exit_with_reason"),
        Index("uq_list_member_once", "list_id", "enterprise_id", unique=True, sqlite_where=STILL,
              postgresql_where=STILL),
        Index("ix_list_member_list_id", "list_id"),
        {"sqlite_autoincrement": True},
    )  # fmt: skip


class Target(Timestamped, db.Model):
    """How many firms a year is to bring, low to high; a changed one is a new row, the old one ends on that day.

    `measure`: "step" counts firms that take the step `subject` in the year, "new" those new in a head figure,
    "stock" those in it at the end of the year. The root unit stands for the whole zone.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    measure: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(24))
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    low: Mapped[int]
    high: Mapped[int]
    document_no: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(240), default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    set_by_name: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("measure IN ('step', 'new', 'stock')", name="measure_known"),
        CheckConstraint("low > 0 AND high >= low", name="low_to_high"),
        CheckConstraint("year BETWEEN 1990 AND 2200", name="year_known"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index("uq_target_once", "year", "unit_id", "measure", "subject", unique=True, sqlite_where=STILL,
              postgresql_where=STILL),
        {"sqlite_autoincrement": True},
    )  # fmt: skip
