"""Business acts on people: add, edit, let go, take back. Access is given by an invitation, duties by posts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from crm.accounts import invitations, posts, rules, sessions, ties
from crm.accounts.models import Unit, User
from crm.accounts.names import pinyin_of
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import say
from crm.timeline import Actor, Level, record

EDITABLE = ("name", "unit_id", "title", "mobile", "staff_no", "email", "sort")


def add_person(
    *,
    name: str,
    unit: Unit,
    by: Actor,
    mobile: str | None = None,
    staff_no: str | None = None,
    email: str | None = None,
    title: str = "",
    sort: int = 0,
) -> User:
    """Add an official without access; access comes with an accepted invitation."""
    if unit.closed_on:
        raise RuleBroken(say("%(name)s is closed", name=unit.name), "unit_id")
    names = _tidy(mobile=mobile, staff_no=staff_no, email=email)
    _refuse_names(names)
    user = User(name=name, name_pinyin=pinyin_of(name), unit_id=unit.id, title=title, sort=sort, **names)
    db.session.add(user)
    _flush()
    record(None, "person.added", by=by, subject=("user", user.id), name=name, unit=unit.name)
    return user


def edit_person(user: User, *, version: int, by: Actor, **fields: Any) -> None:
    """Change what is known of a person (see EDITABLE); raises Stale when somebody else did since `version`."""
    lock(user)
    if user.version != version:
        raise Stale(user)
    names = {key: fields.get(key, getattr(user, key)) for key in rules.SIGN_IN_NAMES}
    tidy = _tidy(**names)
    _refuse_names(tidy, but=user.id)
    wanted = {**{key: fields[key] for key in EDITABLE if key in fields}, **tidy}
    changed = {key: [getattr(user, key), value] for key, value in wanted.items() if getattr(user, key) != value}
    for key, value in wanted.items():
        setattr(user, key, value)
    user.name_pinyin = pinyin_of(user.name)
    user.version += 1
    _flush()
    db.session.expire(user, ["unit"])
    told: dict[str, Any] = {"name": user.name, "changed": changed}
    record(None, "person.edited", by=by, subject=("user", user.id), level=Level.INTERNAL, **told)


def deactivate(user: User, *, by: Actor) -> None:
    """End a person's access, duties and sessions; the past keeps his name.

    Only `handover` calls it, after passing on what he held: refused while he still serves or owes anything.
    """
    lock(user)
    if not user.active:
        raise RuleBroken(say("%(name)s has been deactivated", name=user.name))
    if found := [*ties.obstacles_of_person(user), *posts.last_administrator(user)]:
        raise RuleBroken(found)
    user.active, user.deactivated_on = False, clock.today()
    user.version += 1
    posts.end_all(user)
    db.session.flush()
    invitations.revoke(user)
    sessions.end_all(user.id, "deactivated")
    record(None, "person.deactivated", by=by, subject=("user", user.id), name=user.name)


def reactivate(user: User, *, by: Actor) -> None:
    """Take a person back, without access and without duties: both are given anew."""
    lock(user)
    if user.active:
        return
    user.active, user.deactivated_on, user.password_hash = True, None, None
    user.version += 1
    db.session.flush()
    record(None, "person.reactivated", by=by, subject=("user", user.id), name=user.name)


def _tidy(*, mobile: str | None, staff_no: str | None, email: str | None) -> dict[str, str | None]:
    return {
        "mobile": rules.tidy_mobile(mobile),
        "staff_no": rules.tidy_staff_no(staff_no),
        "email": rules.tidy_email(email),
    }


def _refuse_names(names: dict[str, str | None], *, but: int = 0) -> None:
    """Every sign-in name leads to one person: it may stand in no column of anybody else."""
    found = rules.name_obstacles(mobile=names["mobile"], email=names["email"])
    found += [
        Obstacle(key, say("%(name)s signs in with this already", name=taken.label))
        for key, value in names.items()
        if value and (taken := _holder(value, but))
    ]
    if found:
        raise RuleBroken(found)


def _holder(name: str, but: int) -> User | None:
    anywhere = or_(User.mobile == name, User.staff_no == name, User.email == name)
    return db.session.scalars(select(User).where(anywhere, User.id != but).limit(1)).first()


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise RuleBroken(say("Somebody else has taken this number or address just now")) from clash
