"""Addresses that the mail server does not know: flagged by its answer, cleared by a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from crm.core.among import among
from crm.core.db import db
from crm.core.queries import insert_new
from crm.outbox.models import RefusedAddress
from crm.outbox.rules import Reply

REFUSED = "address refused"


def flag(address: str, reply: Reply, now: datetime) -> None:
    """In the transaction that writes the outcome down."""
    row = {"address": address, "at": now, "code": reply.code, "words": reply.words[:1000]}
    insert_new(RefusedAddress, [row])


def flagged(addresses: set[str]) -> set[str]:
    """Those of them that are flagged."""
    known = RefusedAddress.address
    return set(db.session.scalars(select(known).where(among(known, addresses)))) if addresses else set()


def clear(address: str) -> None:
    db.session.execute(delete(RefusedAddress).where(RefusedAddress.address == address))
