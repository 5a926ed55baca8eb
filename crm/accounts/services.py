"""Business acts on people: invite, accept, set a password, add a person, a unit, a post."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from sqlalchemy import select, update

from crm.accounts import passwords, sessions
from crm.accounts.models import Invitation, Post, Unit, UnitKind, User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.permissions import Domain, Role
from crm.timeline import Actor, record

SLIP_LIVES = timedelta(days=7)
LINK_LIVES = timedelta(minutes=30)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def add_unit(*, name: str, kind: UnitKind, parent: Unit | None, by: Actor, sort: int = 0) -> Unit:
    """Add a unit below another (the root has none); its path is set here."""
    unit = Unit(name=name, kind=kind, parent_id=parent.id if parent else None, sort=sort)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    db.session.flush()
    record(None, "unit.added", by=by, subject=("unit", unit.id), name=name, kind=str(kind))
    return unit


def add_person(
    *, name: str, unit: Unit, by: Actor, mobile: str | None = None, staff_no: str | None = None, email: str | None = None, title: str = ""
) -> User:
    """Add an official without access; access comes with an accepted invitation."""
    from crm.accounts.names import pinyin_of

    user = User(
        name=name, name_pinyin=pinyin_of(name), unit_id=unit.id, title=title,
        mobile=mobile or None, staff_no=staff_no or None, email=(email or "").lower() or None,
    )
    db.session.add(user)
    db.session.flush()
    record(None, "person.added", by=by, subject=("user", user.id), name=name, unit=unit.name)
    return user


def give_post(user: User, *, role: Role, unit: Unit, by: Actor, domain: Domain | None = None, since: date | None = None) -> Post:
    """Give a person a duty over a unit; sessions end so that rights change with the next request."""
    lock(user)
    post = Post(user_id=user.id, unit_id=unit.id, role=role, domain=domain, since=since or clock.today())
    db.session.add(post)
    db.session.flush()
    sessions.end_all(user.id, "posts changed")
    record(None, "post.given", by=by, subject=("user", user.id), role=str(role), unit=unit.name, domain=str(domain or ""))
    return post


def invite(user: User, *, by: Actor, lives: timedelta = SLIP_LIVES, purpose: str = "invite") -> str:
    """A new one-time code that lets the person set a password; older unused ones end. Returns the code."""
    lock(user)
    if not user.active:
        raise RuleBroken(say("%(name)s has been deactivated", name=user.name))
    now = clock.real_now()
    db.session.execute(
        update(Invitation)
        .where(Invitation.user_id == user.id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    db.session.add(
        Invitation(user_id=user.id, code_hash=sessions.hashed(code), purpose=purpose, expires_at=now + lives, by_id=by.id)
    )
    db.session.flush()
    record(None, "person.invited", by=by, subject=("user", user.id), purpose=purpose)
    return code


def invitation(code: str) -> Invitation | None:
    """The usable invitation behind a code, as typed (case and spaces do not matter)."""
    tidy = code.strip().upper().replace(" ", "")
    found = db.session.scalar(select(Invitation).where(Invitation.code_hash == sessions.hashed(tidy)))
    if found is None or found.used_at or found.revoked_at or found.expires_at <= clock.real_now():
        return None
    return found


def accept(found: Invitation, *, password_hash: str) -> User:
    """Use an invitation up: the password is set, every older session ends."""
    lock(found)
    if found.used_at or found.revoked_at:
        raise RuleBroken(say("This code has been used already: ask for a new one"))
    found.used_at = clock.real_now()
    user = found.user
    change_password(user, password_hash=password_hash, by=user)
    return user


def change_password(user: User, *, password_hash: str, by: Actor, keep: int | None = None) -> None:
    """Set a new password (hashed before the transaction); other sessions of the person end."""
    user.password_hash = password_hash
    db.session.flush()
    sessions.end_all(user.id, "password changed", but=keep)
    record(None, "password.changed", by=by, subject=("user", user.id))


__all__ = [
    "accept", "add_person", "add_unit", "change_password", "give_post", "invitation", "invite", "passwords",
]
