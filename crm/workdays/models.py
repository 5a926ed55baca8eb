"""The bureau's own entries in the statutory calendar."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.db import db


class CalendarDay(db.Model):
    """A day that differs from Monday–Friday: working (a make-up day) or resting; it overrides the shipped calendar."""

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[str] = mapped_column(String(160), default="")

    __table_args__ = (CheckConstraint("kind IN ('work', 'rest')", name="kind_known"),)


class CalendarYear(db.Model):
    """A year whose official notice has been loaded: its dates are no longer estimates."""

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(160), default="")
