"""A change of commissioner ordered for a future day by document; the scheduler executes it on its day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock, writing
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import say
from crm.enterprises import assignment
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import AssignmentOrder
from crm.handover.services import hand_over, lock_firms
from crm.timeline import record


def order(enterprise: Enterprise, to: User, *, on: date, document_no: str, note: str, by: User) -> AssignmentOrder:
    """Order a commissioner for a day to come; refused for today, without a document number, or twice for one day."""
    lock(enterprise)
    broken = []
    if on <= clock.today():
        broken.append(Obstacle("on", say("An order is for a day after today")))
    if not document_no:
        broken.append(Obstacle("document_no", say("Give the number of the document that orders it")))
    if not to.active:
        broken.append(Obstacle("to", say("%(name)s has been deactivated", name=to.name)))
    if broken:
        raise RuleBroken(broken)
    made = AssignmentOrder(
        enterprise_id=enterprise.id, to_id=to.id, on=on, document_no=document_no, note=note, ordered_by_id=by.id
    )
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError:
        raise RuleBroken(say("There is an order for this day already"), "on") from None
    record(
        enterprise.id,
        "assignment.ordered",
        by=by,
        subject=("order", made.id),
        to=to.name,
        on=on.isoformat(),
        document_no=document_no,
    )
    return made


def cancel(made: AssignmentOrder, *, by: User) -> None:
    lock(made)
    if made.state != "waiting":
        raise Stale(made)
    made.state = "cancelled"
    db.session.flush()
    record(made.enterprise_id, "assignment.order_cancelled", by=by, subject=("order", made.id), to=made.to.name)


def execute_due() -> int:
    """Carry out every order whose day has come, each in a transaction of its own; returns how many were done."""
    due = list(
        db.session.scalars(
            select(AssignmentOrder.id)
            .where(AssignmentOrder.state == "waiting", AssignmentOrder.on <= clock.today())
            .order_by(AssignmentOrder.on, AssignmentOrder.id)
        )
    )
    return sum(_execute(order_id) for order_id in due)


def _execute(order_id: int) -> bool:
    try:
        with writing():
            made = db.session.get_one(AssignmentOrder, order_id)
            lock_firms(made.enterprise_id)
            lock(made)
            if made.state != "waiting":
                return False
            _carry_out(made)
            made.state = "done"
        return True
    except (RuleBroken, Stale) as refused:
        with writing():
            made = db.session.get_one(AssignmentOrder, order_id)
            made.state, made.outcome = "failed", str(refused)
        return False


def _carry_out(made: AssignmentOrder) -> None:
    """The order's own limit reason: a document that names the person outweighs the ceiling."""
    current = commissioner_of(made.enterprise_id)
    if current is not None and current.commissioner_id == made.to_id:
        return
    reason = made.document_no
    if current is None:
        assignment.assign(
            made.enterprise,
            made.to,
            by=made.ordered_by,
            on=made.on,
            document_no=made.document_no,
            over_limit_reason=reason,
        )
    else:
        hand_over(
            made.enterprise,
            made.to,
            replaces=current.id,
            by=made.ordered_by,
            on=max(made.on, current.started_on),
            note=made.note,
            document_no=made.document_no,
            over_limit_reason=reason,
        )
