"""When passwords were set, and which ones were used before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.types import Id, UtcDateTime


class PasswordSet(db.Model):
    """A password a person set; the hash is kept only where the profile forbids using one again."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.real_now)
    password_hash: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = ({"sqlite_autoincrement": True},)
