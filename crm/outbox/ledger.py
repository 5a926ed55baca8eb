"""The ledger of deliveries: who may send one now, and what became of it. Every step is one short transaction."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from crm.core import clock
from crm.core.claims import LEASE, changed_one, claim, settle
from crm.core.db import db, writing
from crm.outbox import refused, rules
from crm.outbox.models import OPEN_STATES, Delivery, DeliveryAttempt, State
from crm.outbox.registry import TEMPLATES, Letter
from crm.outbox.rules import Outcome, Reply
from crm.outbox.services import NO_SERVER

WORKER = f"{socket.gethostname()}:{os.getpid()}"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Claim:
    delivery_id: int
    token: str


def free(now: datetime) -> ColumnElement[bool]:
    """Due, or left by a process that died before it began to send."""
    return or_(
        and_(Delivery.state.in_((State.PENDING, State.RETRY)), Delivery.next_attempt_at <= now),
        and_(_left_behind(), Delivery.dispatching_at.is_(None)),
    )


def _left_behind() -> ColumnElement[bool]:
    return and_(Delivery.state == State.CLAIMED, Delivery.lease_until < clock.real_now())


def claim_one(now: datetime) -> Claim | None:
    """Take the delivery that has waited longest; of two processes one gets it."""
    waiting = select(Delivery.id).where(free(now)).order_by(Delivery.next_attempt_at, Delivery.id).limit(10)
    if not db.session.scalars(waiting).all():
        db.session.rollback()
        return None
    with writing() as session:
        for delivery_id in session.scalars(waiting).all():
            begun: dict[str, Any] = {"claimed_by": WORKER, "attempts": Delivery.attempts + 1, "dispatching_at": None}
            token = claim(Delivery, delivery_id, free=free(now), state=State.CLAIMED, **begun)
            if token:
                return Claim(delivery_id, token)
    return None


def dispatching(taken: Claim, letter: Letter, now: datetime) -> bool:
    """Mark that sending begins: from here on a crash leaves it uncertain. False when the claim is not ours any more.

    Raises GivenUp, and marks nothing, when the letter tells what holds no more.
    """
    changes: dict[str, Any] = {"dispatching_at": now, "lease_until": clock.real_now() + LEASE}
    if letter.address:
        changes["address"] = letter.address
    with writing() as session:
        marked = session.execute(
            update(Delivery)
            .where(
                Delivery.id == taken.delivery_id,
                Delivery.claim_token == taken.token,
                Delivery.lease_until >= clock.real_now(),
            )
            .values(**changes)
        )
        if not changed_one(marked):
            return False
        if letter.on_dispatch is not None:
            letter.on_dispatch()
    return True


def release(taken: Claim, now: datetime) -> State:
    """Give the claim back as if it had not been taken: it is free at once."""
    with writing():
        back: dict[str, Any] = {"attempts": Delivery.attempts - 1, "next_attempt_at": now}
        settle(Delivery, taken.delivery_id, taken.token, state=State.RETRY, claim_token=None, lease_until=None, **back)
    return State.RETRY


def end(taken: Claim, reply: Reply, now: datetime, *, policy: str) -> State | None:
    """Write down what the attempt came to; None when another process has taken the delivery over meanwhile."""
    with writing() as session:
        delivery = session.get_one(Delivery, taken.delivery_id)
        state, changes = _after(delivery, reply, now, policy)
        changes = {**changes, **_tidied(delivery, state)}
        if not settle(Delivery, delivery.id, taken.token, state=state, claim_token=None, lease_until=None, **changes):
            return None
        if reply.outcome == Outcome.ADDRESS:
            refused.flag(delivery.address, reply, now)
        if state == State.FAILED:
            _not_sent(delivery)
        told = State.UNCERTAIN if reply.outcome == Outcome.UNCERTAIN else state
        _note(delivery.id, told, reply, now)
        return told


def cancel(taken: Claim, reason: str) -> None:
    with writing() as session:
        delivery = session.get_one(Delivery, taken.delivery_id)
        tidied = _tidied(delivery, State.CANCELLED)
        if settle(
            Delivery, taken.delivery_id, taken.token, state=State.CANCELLED, words=reason, claim_token=None, **tidied
        ):
            _not_sent(delivery)


def _not_sent(delivery: Delivery) -> None:
    template = TEMPLATES.get(delivery.template)
    if template and template.not_sent:
        template.not_sent(delivery)


def _after(delivery: Delivery, reply: Reply, now: datetime, policy: str) -> tuple[State, dict[str, Any]]:
    said = {"code": reply.code, "words": reply.words[:1000]}
    match reply.outcome:
        case Outcome.ACCEPTED:
            return State.ACCEPTED, {**said, "accepted_at": now}
        case Outcome.PERMANENT | Outcome.ADDRESS:
            return State.FAILED, said
        case Outcome.UNCERTAIN:
            return _unsure(delivery, policy, now, said)
        case Outcome.CHANNEL | Outcome.PAUSE:
            gap = rules.gap_after(min(delivery.attempts, rules.LAST_ATTEMPT - 1))  # not this message's fault
        case _:
            gap = rules.gap_after(delivery.attempts)
    if gap is None:
        return State.FAILED, said
    return State.RETRY, {**said, "next_attempt_at": now + gap, "dispatching_at": None}


def _unsure(delivery: Delivery, policy: str, now: datetime, said: dict[str, Any]) -> tuple[State, dict[str, Any]]:
    """Perhaps it arrived: send it once more, marked and with the same Message-ID; a second time a person decides."""
    if policy == "resend_once" and not delivery.is_repeat:
        return State.RETRY, {**said, "is_repeat": True, "next_attempt_at": now, "dispatching_at": None}
    return State.UNCERTAIN, said


def _tidied(delivery: Delivery, state: State) -> dict[str, Any]:
    """One-time codes do not outlive the message that carried them."""
    template = TEMPLATES.get(delivery.template)
    return {"params": {}} if state not in OPEN_STATES and template and template.forgets else {}


def _note(delivery_id: int, state: State, reply: Reply, now: datetime) -> None:
    row = {"delivery_id": delivery_id, "at": now, "state": state, "code": reply.code, "words": reply.words[:1000]}
    db.session.execute(insert(DeliveryAttempt), [row])


def recover(now: datetime, *, policy: str) -> int:
    """Deliveries whose process died while sending become uncertain; returns how many."""
    dead = and_(_left_behind(), Delivery.dispatching_at.is_not(None))
    left = db.session.execute(select(Delivery.id, Delivery.claim_token).where(dead)).all()
    silence = Reply(Outcome.UNCERTAIN, None, "the sending process ended before it knew the answer")
    return sum(1 for row in left if end(Claim(row.id, row.claim_token), silence, now, policy=policy))


def drop_open() -> int:
    """Without a mail server nothing waits: everything open is cancelled, the app has told it already."""
    with writing() as session:
        done = session.execute(
            update(Delivery)
            .where(Delivery.state.in_((State.PENDING, State.RETRY)))
            .values(state=State.CANCELLED, words=NO_SERVER)
            .execution_options(synchronize_session=False)
        )
        return int(getattr(done, "rowcount", 0))


def left_this_minute(now: datetime, per_minute: int) -> bool:
    """Whether the cap per minute, over all processes, leaves room; 0 is no cap. Refused attempts count too."""
    if not per_minute:
        return True
    talking = select(func.count()).where(Delivery.state == State.CLAIMED, Delivery.dispatching_at.is_not(None))
    left = per_minute - (db.session.scalar(talking) or 0)
    if left <= 0:
        return False
    ended = select(DeliveryAttempt.at).order_by(DeliveryAttempt.id.desc()).offset(left - 1).limit(1)
    return (at := db.session.scalar(ended)) is None or at <= now - MINUTE
