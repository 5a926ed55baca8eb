"""Server-side sessions: the cookie carries a random token, one SELECT loads session, person and posts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from flask import current_app, g, has_request_context, request, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy import Row, Select, bindparam, event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload, load_only
from sqlalchemy.orm.attributes import set_committed_value

from crm.accounts.access_models import SignIn
from crm.accounts.models import Post, Unit, User
from crm.accounts.profile import profile
from crm.core import clock
from crm.core.db import db, writing

SEEN_EVERY = timedelta(minutes=5)
LEFT = "left_by"


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def load(token: str) -> User | None:
    """The person behind a session token, or None when the session ended, idled out or grew too old."""
    found = db.session.execute(_with_person(), {"hash": hashed(token)}).unique().one_or_none()
    if found is None or not found.User.active or has_lapsed(found):
        return None
    user: User = found.User
    user.sign_in, user.session_token = found, token
    user.answers, user.signs_as = {}, {"id": user.id, "name": user.name}  # type: ignore[misc]
    return user


@cache
def _with_person() -> Select[*tuple[Any, ...]]:
    """Built once, for every request asks it; columns only a few pages need are fetched when they ask."""
    its_own = (SignIn.id, SignIn.created_at, SignIn.seen_at, SignIn.confirmed_at, SignIn.is_trusted)
    query = select(User, *its_own).join(User, User.id == SignIn.user_id)
    query = query.where(SignIn.token_hash == bindparam("hash"), SignIn.ended_at.is_(None))
    of_unit = (Unit.name, Unit.kind, Unit.path)
    return query.options(
        load_only(User.name, User.unit_id, User.active, User.mobile, User.email),
        joinedload(User.posts).joinedload(Post.unit).load_only(*of_unit),
        joinedload(User.unit).load_only(*of_unit),
        joinedload(User.preferences),
    )


@event.listens_for(Session, "after_soft_rollback")
def _still_the_same(_session: Session, _ended: Any) -> None:
    """An act forgets all that was read, but who acts is known from the request: his id and name are not asked again."""
    person = g.get("_login_user") if has_request_context() else None
    if isinstance(person, User):
        for column, value in person.signs_as.items():
            set_committed_value(person, column, value)


def has_lapsed(sign_in: SignIn | Row[*tuple[Any, ...]]) -> bool:
    """Too old or too long idle; a trusted phone knows only its own age."""
    now, limits = clock.real_now(), profile()
    if sign_in.is_trusted and limits.trusted:
        return now - sign_in.created_at > limits.trusted
    return now - sign_in.seen_at > limits.idle or now - sign_in.created_at > limits.absolute


def of(user_id: int) -> Select[SignIn]:
    """The sessions of a person that nobody ended, the last seen first; some of them may have lapsed."""
    still = select(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    return still.order_by(SignIn.seen_at.desc(), SignIn.id.desc())


def open_of(user_id: int) -> list[SignIn]:
    return [each for each in db.session.scalars(of(user_id)) if not has_lapsed(each)]


def begin(user: User, *, is_trusted: bool = False) -> SignIn:
    """Open a session for a person who has just proved himself; the caller is inside `writing()`."""
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=hashed(token),
        user_id=user.id,
        is_trusted=is_trusted and profile().trusted is not None,
        device=(request.user_agent.string or "")[:160],
        address=request.remote_addr or "",
    )
    db.session.add(sign_in)
    db.session.flush()
    session.clear()
    user.sign_in, user.session_token = sign_in, token
    login_user(user)
    session.permanent = sign_in.is_trusted
    return sign_in


def end(sign_in: SignIn | Row[*tuple[Any, ...]], reason: str) -> None:
    ended = update(SignIn).where(SignIn.id == sign_in.id)
    db.session.execute(ended.values(ended_at=clock.real_now(), end_reason=reason))


def end_all(user_id: int, reason: str, *, but: int | None = None) -> None:
    """End every session of a person (password, posts or access changed), perhaps except the current one."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
        .values(ended_at=clock.real_now(), end_reason=reason)
    )


def leave() -> None:
    """Nothing of the session stays in the cookie but whose it was: a form left open elsewhere is his alone."""
    left, token = current_user.id, session.get("csrf_token")
    logout_user()
    session.clear()
    session.update({LEFT: left, "csrf_token": token} if token else {})


def last_person() -> int | None:
    """Whose session the cookie speaks of, also when it has ended, lapsed or was left; None without one."""
    token = session.get("_user_id")
    if token is None:
        return session.get(LEFT)
    return db.session.scalar(select(SignIn.user_id).where(SignIn.token_hash == hashed(token)))


def touch(user: User) -> None:
    """Keep "seen at" fresh, at most every five minutes, in a short transaction of its own.

    A database that cannot be written to does not stop anybody from reading.
    """
    sign_in = user.sign_in
    now = clock.real_now()
    if now - sign_in.seen_at < SEEN_EVERY:
        return
    try:
        with writing():
            db.session.execute(update(SignIn).where(SignIn.id == sign_in.id).values(seen_at=now))
            db.session.execute(update(User).where(User.id == user.id).values(last_seen_at=now))
    except OperationalError as error:
        current_app.logger.warning("seen at: %s", error.__class__.__name__)


def is_confirmed(user: User) -> bool:
    """Need this person not type the password again? On a trusted phone only for half an hour after typing it."""
    return not user.sign_in.is_trusted or clock.real_now() - user.sign_in.confirmed_at <= profile().confirmed


def confirm(user: User) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == user.sign_in.id).values(confirmed_at=clock.real_now()))
