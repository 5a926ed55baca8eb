"""Duties: what a person may do over a unit and everything below it, from a day until a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import or_, select

from crm.accounts import sessions
from crm.accounts.models import Post, Unit, User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken
from crm.core.words import say
from crm.permissions import Domain, Role
from crm.timeline import Actor, record

DOMAIN_ROLES = (Role.MANAGER, Role.LEADER, Role.CLERK)
"""A domain bounds only those who look after enterprises."""


def give_post(
    user: User,
    *,
    role: Role,
    unit: Unit,
    by: Actor,
    domain: Domain | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Post:
    """Give a person a duty over a unit; sessions end so that rights change with the next request."""
    lock(user)
    since = since or clock.today()
    if found := obstacles(user, role=role, unit=unit, domain=domain, since=since, until=until):
        raise RuleBroken(found)
    post = Post(user_id=user.id, unit_id=unit.id, role=role, domain=domain, since=since, until=until)
    db.session.add(post)
    db.session.flush()
    sessions.end_all(user.id, "posts changed")
    record(
        None, "post.given", by=by, subject=("user", user.id), name=user.name, role=str(role), unit=unit.name,
        domain=str(domain or ""), since=since.isoformat(), until=until.isoformat() if until else "",
    )  # fmt: skip
    return post


def obstacles(
    user: User, *, role: Role, unit: Unit, domain: Domain | None, since: date, until: date | None
) -> list[Obstacle]:
    """What keeps this duty from being given."""
    found = []
    if not user.active:
        found.append(Obstacle("", say("%(name)s has been deactivated", name=user.name)))
    if domain and role not in DOMAIN_ROLES:
        found.append(Obstacle("domain", say("Only managers, leaders and clerks are bound to one field")))
    if until and until <= since:
        found.append(Obstacle("until", say("The end lies after the beginning")))
    if holds(user, role=role, unit=unit, domain=domain, on=since):
        found.append(Obstacle("role", say("%(name)s has this duty already", name=user.name)))
    return found


def holds(user: User, *, role: Role, unit: Unit, domain: Domain | None = None, on: date | None = None) -> bool:
    """Whether the person has this very duty on a day (default today) or later."""
    twins = select(Post.id).where(
        Post.user_id == user.id, Post.unit_id == unit.id, Post.role == role, Post.domain == domain,
        or_(Post.until.is_(None), Post.until > (on or clock.today())),
    )  # fmt: skip
    return db.session.scalars(twins.limit(1)).first() is not None


def end_post(post: Post, *, by: Actor, on: date | None = None) -> None:
    """End a duty on a day (default today: from today on it does not hold)."""
    user = db.session.get_one(User, post.user_id)
    lock(user)
    lock(post)
    day = max(on or clock.today(), post.since)
    if post.role == Role.ADMINISTRATOR and (found := last_administrator(user, but=post)):
        raise RuleBroken(found)
    post.until = day
    db.session.flush()
    sessions.end_all(user.id, "posts changed")
    told: dict[str, Any] = {"name": user.name, "role": str(post.role), "on": day.isoformat()}
    record(None, "post.ended", by=by, subject=("user", user.id), **told)


def end_all(user: User) -> None:
    """End every duty that still runs, today; part of letting a person go."""
    today = clock.today()
    for post in user.posts:
        if post.until is None or post.until > today:
            post.until = max(today, post.since)


def last_administrator(user: User, *, but: Post | None = None) -> list[Obstacle]:
    """Somebody must be able to administer: the last such duty of the last such person cannot end."""
    today = clock.today()
    held = (
        select(Post)
        .join(User, User.id == Post.user_id)
        .where(
            Post.role == Role.ADMINISTRATOR, User.active.is_(True), Post.since <= today,
            or_(Post.until.is_(None), Post.until > today),
        )
    )  # fmt: skip
    administering = list(db.session.scalars(held))
    ended = {p.id for p in administering if (p.id == but.id if but else p.user_id == user.id)}
    if ended and len(ended) == len(administering):
        return [Obstacle("", say("%(name)s is the last administrator: name another first", name=user.name))]
    return []
