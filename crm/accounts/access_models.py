"""Who has access: sessions, wrong passwords, one-time codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.types import Id, UtcDateTime


class SignIn(db.Model):
    """A signed-in session; the cookie carries the random token, the row only its hash."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.real_now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.real_now)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.real_now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(String(40), default="")
    is_trusted: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str] = mapped_column(String(160), default="")
    address: Mapped[str] = mapped_column(String(64), default="")

    user: Mapped[User] = relationship()

    __table_args__ = ({"sqlite_autoincrement": True},)


class SignInFailure(db.Model):
    """A wrong password for a sign-in name (hashed, so that a mistyped password in it leaks nothing)."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.real_now)

    __table_args__ = (Index("ix_sign_in_failure_name_hash_at", "name_hash", "at"), {"sqlite_autoincrement": True})


class Invitation(db.Model):
    """A one-time link or slip that lets a person set a password; only the hash of its code is kept."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20), default="invite")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.real_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(Id)

    user: Mapped[User] = relationship()

    __table_args__ = ({"sqlite_autoincrement": True},)
