"""Server-side sessions: the cookie carries a random token, one SELECT loads session, person and posts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import request, session
from flask_login import login_user, logout_user
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from crm.accounts.models import Post, SignIn, User
from crm.core import clock
from crm.core.db import db, writing

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=24)
TRUSTED = timedelta(days=30)
CONFIRMED = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=5)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def load(token: str) -> User | None:
    """The person behind a session token, or None when the session ended, idled out or grew too old."""
    person_of = joinedload(SignIn.user)
    sign_in = db.session.scalars(
        select(SignIn)
        .where(SignIn.token_hash == hashed(token), SignIn.ended_at.is_(None))
        .options(
            person_of.joinedload(User.posts).joinedload(Post.unit),
            person_of.joinedload(User.unit),
            person_of.joinedload(User.preferences),
        )
    ).unique().one_or_none()
    if sign_in is None or not sign_in.user.active or has_lapsed(sign_in):
        return None
    user = sign_in.user
    user.sign_in, user.session_token = sign_in, token
    return user


def has_lapsed(sign_in: SignIn) -> bool:
    now = clock.real_now()
    if sign_in.is_trusted:
        return now - sign_in.created_at > TRUSTED
    return now - sign_in.seen_at > IDLE or now - sign_in.created_at > ABSOLUTE


def begin(user: User, *, is_trusted: bool = False) -> SignIn:
    """Open a session for a person who has just proved himself; the caller is inside `writing()`."""
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=hashed(token),
        user_id=user.id,
        is_trusted=is_trusted,
        device=(request.user_agent.string or "")[:160],
        address=request.remote_addr or "",
    )
    db.session.add(sign_in)
    db.session.flush()
    session.clear()
    user.sign_in, user.session_token = sign_in, token
    login_user(user)
    session.permanent = is_trusted
    return sign_in


def end(sign_in: SignIn, reason: str) -> None:
    sign_in.ended_at, sign_in.end_reason = clock.real_now(), reason
    db.session.flush()


def end_all(user_id: int, reason: str, *, but: int | None = None) -> None:
    """End every session of a person (password, posts or access changed), perhaps except the current one."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
        .values(ended_at=clock.real_now(), end_reason=reason)
    )


def leave() -> None:
    logout_user()
    session.clear()


def touch(user: User) -> None:
    """Keep "seen at" fresh, at most every five minutes, in a short transaction of its own."""
    sign_in: SignIn = user.sign_in
    now = clock.real_now()
    if now - sign_in.seen_at < SEEN_EVERY:
        return
    with writing():
        db.session.execute(update(SignIn).where(SignIn.id == sign_in.id).values(seen_at=now))
        db.session.execute(update(User).where(User.id == user.id).values(last_seen_at=now))


def is_confirmed(user: User) -> bool:
    """Has the person typed the password within half an hour? Exports, settings and confirmations ask."""
    return clock.real_now() - user.sign_in.confirmed_at <= CONFIRMED or not user.sign_in.is_trusted


def confirm(user: User) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == user.sign_in.id).values(confirmed_at=clock.real_now()))
