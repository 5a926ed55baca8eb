"""Addresses that the mail server does not know: flagged by its answer, cleared by a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from crm.core.db import db
from crm.core.queries import insert_new
from crm.outbox.models import RefusedAddress
from crm.outbox.rules import Reply

REFUSED = "address refused"


def flag(address: str, reply: Reply, now: datetime) -> None:
    """In the transaction that writes the outcome down."""
    row = {"address": address, "at": now, "code": reply.code, "words": reply.words[:1000]}
    insert_new(RefusedAddress, [row])


def is_refused(address: str) -> bool:
    return db.session.scalar(select(RefusedAddress.address).where(RefusedAddress.address == address)) is not None


def clear(address: str) -> None:
    db.session.execute(delete(RefusedAddress).where(RefusedAddress.address == address))
