"""One commissioner per enterprise: opening and ending assignments. Handing over lives in `handover`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import say
from crm.enterprises.derived import refresh_due
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import Assignment
from crm.timeline import Actor, record


def load_of(user: User) -> int:
    """How many enterprises an official serves now."""
    return (
        db.session.scalar(
            select(func.count()).where(Assignment.commissioner_id == user.id, Assignment.ended_on.is_(None))
        )
        or 0
    )


def obstacles(enterprise: Enterprise, to: User, *, on: date, over_limit_reason: str = "") -> list[Obstacle]:
    """What keeps this official from being made the commissioner; empty when nothing does."""
    found = []
    if enterprise.standing != Standing.ACTIVE:
        found.append(Obstacle("", say("%(name)s is not in the zone any more", name=enterprise.called)))
    if not to.active:
        found.append(Obstacle("to", say("%(name)s has been deactivated", name=to.name)))
    if on > clock.today():
        found.append(Obstacle("on", say("A day to come needs an order with a document number")))
    limit = bureau("load_limit", unit_id=to.unit_id)
    if load_of(to) >= limit and not over_limit_reason:
        found.append(
            Obstacle(
                "to",
                say(
                    "%(name)s serves %(n)s enterprises already, the limit is %(limit)s: a manager may give a reason",
                    name=to.name,
                    n=load_of(to),
                    limit=limit,
                ),
            )
        )
    return found


def _settled(enterprise: Enterprise, day: date) -> list[Obstacle]:
    """Days on which somebody served are history: a first assignment begins after them."""
    ended = select(func.max(Assignment.ended_on)).where(Assignment.enterprise_id == enterprise.id)
    last = db.session.scalar(ended)
    if last is None or day >= last:
        return []
    return [Obstacle("on", say("The day must not lie before %(day)s, which is settled already", day=last))]


def assign(
    enterprise: Enterprise,
    to: User,
    *,
    by: Actor,
    on: date | None = None,
    document_no: str = "",
    over_limit_reason: str = "",
) -> Assignment:
    """Open the first assignment of an enterprise that nobody serves.

    Raises Stale when somebody serves it by now, RuleBroken when `to` is inactive or at the ceiling.
    """
    lock(enterprise)
    day = on or clock.today()
    if (current := commissioner_of(enterprise.id)) is not None:
        raise Stale(current)
    broken = obstacles(enterprise, to, on=day, over_limit_reason=over_limit_reason)
    if broken := [*broken, *_settled(enterprise, day)]:
        raise RuleBroken(broken)
    made = Assignment(enterprise_id=enterprise.id, commissioner_id=to.id, started_on=day, document_no=document_no)
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise Stale(None) from clash
    refresh_due([enterprise.id])
    record(
        enterprise.id,
        "assignment.opened",
        by=by,
        subject=("assignment", made.id),
        to=to.name,
        to_id=to.id,
        on=day.isoformat(),
        document_no=document_no,
        over_limit_reason=over_limit_reason,
    )
    return made


def end(assignment: Assignment, *, on: date, reason: str, by: Actor, note: str = "") -> None:
    """End the open assignment on a day; `reason` is a word of the product (handed_over, moved_out, …)."""
    assignment.ended_on, assignment.end_reason, assignment.handover_note = on, reason, note
    db.session.flush()
    record(
        assignment.enterprise_id,
        "assignment.ended",
        by=by,
        subject=("assignment", assignment.id),
        reason=reason,
        on=on.isoformat(),
    )


def serving_on(enterprise_id: int, day: date) -> Assignment | None:
    """Who served this enterprise on a day: the row with started_on ≤ day < ended_on."""
    return db.session.scalars(
        select(Assignment)
        .where(
            Assignment.enterprise_id == enterprise_id,
            Assignment.started_on <= day,
            (Assignment.ended_on.is_(None)) | (Assignment.ended_on > day),
        )
        .order_by(Assignment.id.desc())
    ).first()
