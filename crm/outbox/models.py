"""Delivery: one message to one person, and every attempt to hand it over."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.claims import Claimable
from crm.core.db import db
from crm.core.types import EnumText, Id, Json, UtcDateTime


class State(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    RETRY = "retry"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    HELD = "held"


OPEN_STATES = (State.PENDING, State.RETRY, State.CLAIMED, State.UNCERTAIN)


class Delivery(Claimable, db.Model):
    """A message that must leave once. `key` makes it unique; the Message-ID is derived from it and never changes.

    `recipient_id` has no foreign key: the outbox knows people only by id, name, address and language.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    channel: Mapped[str] = mapped_column(String(20), default="mail")
    recipient_id: Mapped[int | None] = mapped_column(Id, index=True)
    recipient_name: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    template: Mapped[str] = mapped_column(String(60))
    params: Mapped[Any] = mapped_column(Json)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[State] = mapped_column(EnumText(State), default=State.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    dispatching_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")
    is_repeat: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index("ix_delivery_state_next_attempt_at", "state", "next_attempt_at"),
        Index("ix_delivery_dispatching_at", "dispatching_at"),
        {"sqlite_autoincrement": True},
    )


class DeliveryAttempt(db.Model):
    """What one attempt came to: append-only."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    state: Mapped[State] = mapped_column(EnumText(State))
    code: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = ({"sqlite_autoincrement": True},)


class Channel(db.Model):
    """How the way to the mail server is, for all processes: resting, slowed, or paused until somebody has looked.

    `paused_for` tells which server refused us, so that another one in the settings ends the pause.
    """

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    in_vain: Mapped[int] = mapped_column(default=0)
    trouble_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rests_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_for: Mapped[str] = mapped_column(String(64), default="")
    slowed: Mapped[int] = mapped_column(default=0)
    slowed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")


class RefusedAddress(db.Model):
    """An address the mail server does not know; nothing is sent there until somebody says it is right after all."""

    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    code: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")


class DemoMail(db.Model):
    """A mail as it was received in the demonstration, which has no mail server."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(240))
    message_id: Mapped[str] = mapped_column(String(120), index=True)
    raw: Mapped[str] = mapped_column(Text)

    __table_args__ = ({"sqlite_autoincrement": True},)
