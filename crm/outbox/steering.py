"""What an administrator may do with a message: send it again, or hold it back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from crm.core import clock
from crm.core.claims import changed_one
from crm.core.db import db
from crm.core.errors import Stale
from crm.outbox.models import Delivery, State
from crm.outbox.registry import TEMPLATES
from crm.timeline import Actor, record

MAY_RETRY = (State.FAILED, State.UNCERTAIN, State.HELD, State.RETRY, State.CANCELLED)
MAY_HOLD = (State.PENDING, State.RETRY, State.UNCERTAIN)


def can_retry(delivery: Delivery) -> bool:
    """A one-time code is erased with the end of its message: such a message cannot be sent again."""
    return delivery.state in MAY_RETRY and bool(delivery.params) and delivery.template in TEMPLATES


def can_hold(delivery: Delivery) -> bool:
    return delivery.state in MAY_HOLD


def retry(delivery: Delivery, *, by: Actor, address: str = "") -> None:
    """From the beginning, under the same number; what is in doubt goes out marked as a possible repeat.

    Raises Stale when it has moved on meanwhile.
    """
    changes: dict[str, Any] = {"attempts": 0, "next_attempt_at": clock.now(), "dispatching_at": None}
    if delivery.state == State.UNCERTAIN:
        changes["is_repeat"] = True
    if address:
        changes["address"] = address
    _move(delivery, MAY_RETRY, State.PENDING, **changes)
    record(None, "delivery.retried", by=by, subject=("delivery", delivery.id), to=delivery.recipient_name)


def hold(delivery: Delivery, *, by: Actor) -> None:
    """Not sent until somebody sends it again. Raises Stale when it is on its way already."""
    _move(delivery, MAY_HOLD, State.HELD)
    record(None, "delivery.held", by=by, subject=("delivery", delivery.id), to=delivery.recipient_name)


def _move(delivery: Delivery, states: tuple[State, ...], to: State, **changes: Any) -> None:
    moved = db.session.execute(
        update(Delivery).where(Delivery.id == delivery.id, Delivery.state.in_(states)).values(state=to, **changes)
    )
    if not changed_one(moved):
        raise Stale(None)
