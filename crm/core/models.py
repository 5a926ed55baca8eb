"""Tables without business meaning: dated bureau settings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.types import Id, Json, UtcDateTime


class Timestamped:
    """When the row was written and last changed."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)


class Setting(db.Model):
    """A bureau setting from a day on; the latest row that has begun counts. `unit_id` 0 means the whole bureau."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int] = mapped_column(Id, default=0)
    value: Mapped[Any] = mapped_column(Json)
    since: Mapped[date]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    set_by_id: Mapped[int | None] = mapped_column(Id)
    set_by_name: Mapped[str] = mapped_column(String(80), default="")

    __table_args__ = (UniqueConstraint("key", "unit_id", "since"), {"sqlite_autoincrement": True})
