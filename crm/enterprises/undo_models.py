"""An act on many enterprises that can be taken back for a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.types import Id, Json, UtcDateTime


class UndoStep(db.Model):
    """What one act changed: `changes` is a list of [enterprise id, {fact: [before, after]}]. Gone after a day."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    changes: Mapped[Any] = mapped_column(Json)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = ({"sqlite_autoincrement": True},)
