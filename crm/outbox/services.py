"""Posting a message in the transaction of the act that it tells of."""

from __future__ import annotations

import hashlib
import hmac
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


def post(
    key: str, *, to: Recipient, template: str, params: dict[str, Any], not_before: datetime | None = None
) -> Delivery:
    """Leave a message that must go out once; the same key again is the same message.

    Without a mail server, or for a person without an address, it is cancelled at once: the app tells him.
    """
    settings: Settings = current_app.extensions["commissioner"]
    address = (to.email or "").strip()
    reason = NO_SERVER if not settings.smtp_url else NO_ADDRESS if not address else ""
    if not reason and refused.is_refused(address):
        reason = refused.REFUSED
    row = {
        "key": key,
        "recipient_id": to.id,
        "recipient_name": to.name,
        "address": address,
        "language": to.language or settings.locale,
        "template": template,
        "params": params if not reason else {},
        "message_id": message_id(key, settings),
        "state": State.CANCELLED if reason else State.PENDING,
        "words": reason,
        "next_attempt_at": not_before or clock.now(),
    }
    insert_new(Delivery, [row])
    return db.session.scalars(select(Delivery).where(Delivery.key == key)).one()


def message_id(key: str, settings: Settings) -> str:
    """Derived from the key, so that a repeat is recognisable; the key itself stays in the house."""
    digest = hmac.new(settings.secret_key.encode(), f"message-id|{key}".encode(), hashlib.sha256).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.public_url).hostname or 'localhost'}>"
