"""When a firm is in the zone: moving out, being deregistered, coming back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken
from crm.core.words import say
from crm.enterprises import assignment
from crm.enterprises.models import Enterprise, Presence, Standing
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import AssignmentOrder
from crm.timeline import Actor, record


def periods(enterprise_id: int) -> list[Presence]:
    query = select(Presence).where(Presence.enterprise_id == enterprise_id)
    return list(db.session.scalars(query.order_by(Presence.from_on.desc(), Presence.id.desc())))


def leave(enterprise: Enterprise, standing: Standing, *, on: date, reason: str, by: Actor) -> None:
    """The firm moves out or is deregistered on a day: its assignment ends, orders for it are cancelled."""
    lock(enterprise)
    current, present = commissioner_of(enterprise.id), _open(enterprise.id)
    broken = _obstacles(enterprise, on, [p.started_on for p in [current] if p], [p.from_on for p in [present] if p])
    if broken:
        raise RuleBroken(broken)
    if present is not None:
        present.until_on, present.reason = on, reason
    if current is not None:
        assignment.end(current, on=on, reason=standing.value, by=by, note=reason)
    _cancel_orders(enterprise.id, standing)
    enterprise.standing = standing
    enterprise.version += 1
    enterprise.next_visit_due_on = None
    db.session.flush()
    record(enterprise.id, f"enterprise.{standing.value}", by=by, on=on.isoformat(), reason=reason)


def come_back(enterprise: Enterprise, *, on: date, reason: str, by: Actor) -> None:
    """The firm is in the zone again from a day; nobody serves it yet."""
    lock(enterprise)
    last = next(iter(periods(enterprise.id)), None)
    if enterprise.standing not in (Standing.MOVED_OUT, Standing.DEREGISTERED):
        raise RuleBroken(say("%(name)s is in the zone already", name=enterprise.called))
    if on > clock.today():
        raise RuleBroken(say("The day lies in the future"), "on")
    if last is not None and last.until_on is not None and on < last.until_on:
        raise RuleBroken(say("The day lies before %(day)s, when the firm left", day=last.until_on), "on")
    enterprise.standing = Standing.ACTIVE
    enterprise.version += 1
    db.session.add(Presence(enterprise_id=enterprise.id, from_on=on, reason=reason))
    db.session.flush()
    record(enterprise.id, "enterprise.came_back", by=by, on=on.isoformat(), reason=reason)


def _open(enterprise_id: int) -> Presence | None:
    return db.session.scalar(
        select(Presence).where(Presence.enterprise_id == enterprise_id, Presence.until_on.is_(None))
    )


def _obstacles(enterprise: Enterprise, on: date, served: list[date], present: list[date]) -> list[Obstacle]:
    found = []
    if enterprise.standing != Standing.ACTIVE:
        found.append(Obstacle("", say("%(name)s is not in the zone any more", name=enterprise.called)))
    if on > clock.today():
        found.append(Obstacle("on", say("The day lies in the future")))
    if begun := [day for day in (*served, *present) if on < day]:
        found.append(Obstacle("on", say("The day lies before %(day)s, when the present period began", day=max(begun))))
    return found


def _cancel_orders(enterprise_id: int, standing: Standing) -> None:
    waiting = (AssignmentOrder.enterprise_id == enterprise_id, AssignmentOrder.state == "waiting")
    db.session.execute(update(AssignmentOrder).where(*waiting).values(state="cancelled", outcome=standing.value))
