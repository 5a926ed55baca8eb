"""Stored bytes: one row per stored file; the owner serves it after loading itself by its clause."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.types import Id, UtcDateTime


class StoredFile(db.Model):
    """Bytes under `data_dir/files/<ab>/<stored_as>`; `name` is what the person called it."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(240))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Id)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_id: Mapped[int | None] = mapped_column(Id)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = ({"sqlite_autoincrement": True},)
