"""Tier and titles of an enterprise as dated rows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.db import db
from crm.core.types import Id

OPEN = text("until_on IS NULL")


class TierPeriod(db.Model):
    """The tier (企业层级) an enterprise holds, [from_on, until_on); `enterprise.tier` repeats the open one."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    tier: Mapped[str] = mapped_column(String(8))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(20), default="hand")

    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index("uq_tier_period_open", "enterprise_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        {"sqlite_autoincrement": True},
    )


class TitleHeld(db.Model):
    """A title (国高, 专精特新 …) held from a day until its certificate ends; None where not known."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    title: Mapped[str] = mapped_column(String(40), index=True)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    certificate_no: Mapped[str] = mapped_column(String(80), default="")
    removed_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("until_on IS NULL OR from_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index(
            "uq_title_held",
            "enterprise_id",
            "title",
            unique=True,
            sqlite_where=text("removed_on IS NULL"),
            postgresql_where=text("removed_on IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
