"""Entry: what happened, to what, by whom. Insert-only; body and salt may be erased, the digest stays."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.db import db
from crm.core.types import EnumText, Id, Json, UtcDateTime


class Level(StrEnum):
    """Confidentiality of what a row tells."""

    OPEN = "open"
    INTERNAL = "internal"
    RESTRICTED = "restricted"


class Entry(db.Model):
    """One act. Actor as id and name, no foreign key: the record outlives the person."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(60))
    enterprise_id: Mapped[int | None] = mapped_column(Id)
    subject_kind: Mapped[str] = mapped_column(String(40), default="")
    subject_id: Mapped[int | None] = mapped_column(Id)
    actor_id: Mapped[int | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(String(80))
    via: Mapped[str] = mapped_column(String(20), default="web")
    address: Mapped[str] = mapped_column(String(64), default="")
    level: Mapped[Level] = mapped_column(EnumText(Level), default=Level.OPEN)
    body: Mapped[Any | None] = mapped_column(Json)
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint("(body IS NULL) = (salt IS NULL)", name="erased_together"),
        Index("ix_entry_enterprise_id_id", "enterprise_id", "id"),
        Index("ix_entry_subject", "subject_kind", "subject_id"),
        Index("ix_entry_actor_id_id", "actor_id", "id"),
        Index("ix_entry_kind_id", "kind", "id"),
        {"sqlite_autoincrement": True},
    )


class Seal(db.Model):
    """One link of the chain over the entries: hash(previous hash, digest of the entry)."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = ({"sqlite_autoincrement": True},)
