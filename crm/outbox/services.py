"""Posting a message in the transaction of the act that it tells of."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.core.queries import insert_new
from crm.core.settings import Settings
from crm.outbox import refused
from crm.outbox.models import Delivery, State

NO_SERVER = "no mail server"
NO_ADDRESS = "no address"


class Recipient(Protocol):
    """A person as the outbox knows him; `language` None means the bureau's."""

    @property
    def id(self) -> Any: ...
    @property
    def name(self) -> Any: ...
    @property
    def email(self) -> Any: ...
    @property
    def language(self) -> str | None: ...


@dataclass(frozen=True)
class Message:
    """What must go out once: the same key again is the same message."""

    key: str
    to: Recipient
    params: dict[str, Any]


def post(
    key: str, *, to: Recipient, template: str, params: dict[str, Any], not_before: datetime | None = None
) -> Delivery:
    """Leave one message; see `post_many`."""
    post_many([Message(key, to, params)], template=template, not_before=not_before)
    return db.session.scalars(select(Delivery).where(Delivery.key == key)).one()


def post_many(messages: Sequence[Message], *, template: str, not_before: datetime | None = None) -> list[Message]:
    """Leave messages, a statement for all of them; returns those that nothing can bring.

    Without a mail server, or for a person without an address, one is cancelled at once: the app tells him.
    """
    settings: Settings = current_app.extensions["commissioner"]
    known = refused.flagged({_address(message) for message in messages} - {""}) if settings.smtp_url else set()
    reasons = {message.key: _reason(message, known, settings) for message in messages}
    rows = [_row(message, reasons[message.key], settings) for message in messages]
    when = {"template": template, "next_attempt_at": not_before or clock.now()}
    insert_new(Delivery, [{**row, **when} for row in rows])
    return [message for message in messages if reasons[message.key]]


def _address(message: Message) -> str:
    return (message.to.email or "").strip()


def _reason(message: Message, refused_ones: set[str], settings: Settings) -> str:
    """Why no mail can bring it; "" when one can."""
    if not settings.smtp_url:
        return NO_SERVER
    address = _address(message)
    return NO_ADDRESS if not address else refused.REFUSED if address in refused_ones else ""


def _row(message: Message, reason: str, settings: Settings) -> dict[str, Any]:
    return {
        "key": message.key,
        "recipient_id": message.to.id,
        "recipient_name": message.to.name,
        "address": _address(message),
        "language": message.to.language or settings.locale,
        "params": message.params if not reason else {},
        "message_id": message_id(message.key, settings),
        "state": State.CANCELLED if reason else State.PENDING,
        "words": reason,
    }


def message_id(key: str, settings: Settings) -> str:
    """Derived from the key, so that a repeat is recognisable; the key itself stays in the house."""
    digest = hmac.new(settings.secret_key.encode(), f"message-id|{key}".encode(), hashlib.sha256).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.public_url).hostname or 'localhost'}>"
