"""Handing an enterprise over: one act that ends, opens, and takes the open work along."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import say
from crm.enterprises import assignment
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import Assignment
from crm.followups import passing
from crm.tiers import cadence
from crm.timeline import Actor, record


def hand_over(
    enterprise: Enterprise,
    to: User,
    *,
    replaces: int,
    by: Actor,
    on: date | None = None,
    note: str,
    document_no: str = "",
    over_limit_reason: str = "",
) -> Assignment:
    """End the assignment `replaces` on a day (default today) and open the next one; open follow-ups move along.

    Raises Stale when another assignment is open by now, RuleBroken when `to` is inactive, at the ceiling or serves
    it already, or the day lies before the present assignment began or in the future.
    """
    lock(enterprise)
    lock_people(to.id)
    day = on or clock.today()
    current = commissioner_of(enterprise.id)
    if current is None or current.id != replaces:
        raise Stale(current)
    if broken := obstacles(enterprise, current, to, on=day, over_limit_reason=over_limit_reason):
        raise RuleBroken(broken)
    assignment.end(current, on=day, reason="handed_over", note=note, by=by)
    after = _open(enterprise, to, on=day, document_no=document_no)
    cadence.refresh([enterprise.id])
    moved = passing.pass_on([enterprise.id], current.commissioner, to, by=by)
    record(
        enterprise.id,
        "assignment.handed_over",
        by=by,
        subject=("assignment", after.id),
        before=current.commissioner.name,
        after=to.name,
        on=day.isoformat(),
        note=note,
        document_no=document_no,
        followups=moved,
        over_limit_reason=over_limit_reason,
    )
    return after


def obstacles(
    enterprise: Enterprise, current: Assignment, to: User, *, on: date, over_limit_reason: str = ""
) -> list[Obstacle]:
    """What keeps the present commissioner from being replaced by `to` on this day."""
    found = assignment.obstacles(enterprise, to, on=on, over_limit_reason=over_limit_reason)
    if to.id == current.commissioner_id:
        found.append(Obstacle("to", say("%(name)s serves this enterprise already", name=to.name)))
    if on < current.started_on:
        found.append(
            Obstacle(
                "on", say("The day lies before %(day)s, when the present assignment began", day=current.started_on)
            )
        )
    return found


def lock_firms(*ids: int) -> None:
    """Hold these enterprises in id order; every act holds them before people and orders, so that none waits for
    another in a circle."""
    db.session.execute(select(Enterprise.id).where(Enterprise.id.in_(ids)).order_by(Enterprise.id).with_for_update())


def lock_people(*ids: int) -> None:
    """Hold these people's rows in id order, so that two acts cannot each think there is room for one more."""
    db.session.execute(select(User.id).where(User.id.in_(ids)).order_by(User.id).with_for_update())


def _open(enterprise: Enterprise, to: User, *, on: date, document_no: str) -> Assignment:
    made = Assignment(enterprise_id=enterprise.id, commissioner_id=to.id, started_on=on, document_no=document_no)
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise Stale(None) from clash
    return made
