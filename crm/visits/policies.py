"""Policies that enterprises are told of (政策送达): a small list, ticked on a visit, and who was not told yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, false, func, or_, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.typed import id_from
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE, within
from crm.permissions import Permission
from crm.timeline import record
from crm.visits.models import Policy, Visit, VisitPolicy, VisitState

MOST_TICKED = 20
SAFE_LINKS = ("http://", "https://")


def current(today: date) -> Select[Policy]:
    """In force today, the newest first."""
    live = or_(Policy.until_on.is_(None), Policy.until_on >= today)
    return select(Policy).where(live).order_by(Policy.id.desc())


def told_on(visit: Visit) -> Sequence[Policy]:
    query = select(Policy).join(VisitPolicy, VisitPolicy.policy_id == Policy.id).where(VisitPolicy.visit_id == visit.id)
    return db.session.scalars(query.order_by(Policy.id)).all()


def told_counts(user: User) -> dict[int, int]:
    """Policy → how many enterprises in the zone that this person may see have been told of it; one statement."""
    seen = (IN_ZONE, within(user, Permission.VISIT_VIEW), Visit.state == VisitState.DONE)
    rows = db.session.execute(
        select(VisitPolicy.policy_id, func.count(distinct(Visit.enterprise_id)))
        .join(Visit, Visit.id == VisitPolicy.visit_id)
        .join(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(*seen)
        .group_by(VisitPolicy.policy_id)
    )
    return {row[0]: row[1] for row in rows}


def not_told(_user: User, text: str) -> ColumnElement[bool]:
    """The filter `untold=…`: enterprises that no visit has told of this policy."""
    policy_id = id_from(text)
    if policy_id is None:
        return false()
    told = (Visit.enterprise_id == Enterprise.id, Visit.state == VisitState.DONE, VisitPolicy.policy_id == policy_id)
    return ~select(Visit.id).join(VisitPolicy, VisitPolicy.visit_id == Visit.id).where(*told).exists()


def add(*, by: User, **fields: Any) -> Policy:
    policy = Policy(**_right(fields))
    db.session.add(policy)
    db.session.flush()
    record(None, "policy.added", by=by, subject=("policy", policy.id), title=policy.title)
    return policy


def change(policy: Policy, *, version: int, by: User, **fields: Any) -> None:
    """Raises Stale when somebody changed it since `version`."""
    lock(policy)
    if policy.version != version:
        raise Stale(policy)
    for name, value in _right(fields).items():
        setattr(policy, name, value)
    policy.version += 1
    db.session.flush()
    record(None, "policy.changed", by=by, subject=("policy", policy.id), title=policy.title)


def _right(fields: dict[str, Any]) -> dict[str, Any]:
    """A link opens in the reader's browser: only http and https."""
    if fields.get("link") and not str(fields["link"]).lower().startswith(SAFE_LINKS):
        raise RuleBroken(say("A link begins with http:// or https://"), "link")
    return fields


def ticked(texts: Sequence[str]) -> list[int]:
    """The current policies among these ids."""
    wanted = [number for text in texts[:MOST_TICKED] if (number := id_from(text)) is not None]
    if not wanted:
        return []
    return list(db.session.scalars(current(clock.today()).where(Policy.id.in_(wanted)).with_only_columns(Policy.id)))
