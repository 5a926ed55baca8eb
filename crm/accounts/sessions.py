"""Server-side sessions: the cookie carries a random token, one SELECT loads session, person and posts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from flask import current_app, g, has_request_context, request, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy import Row, Select, bindparam, event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from crm.accounts.access_models import SignIn
from crm.accounts.models import Post, Preference, Unit, User
from crm.accounts.profile import profile
from crm.core import clock
from crm.core.db import as_led_to, as_read, db, read, writing

SEEN_EVERY = timedelta(minutes=5)
LEFT = "left_by"
BESIDE: dict[str, Any] = {}


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def tell_beside(**columns: Any) -> None:
    """Facts that every page to look at asks for with the person: expressions over `User.id` and the parameter
    `today`."""
    BESIDE.update(columns)


def load(token: str) -> User | None:
    """The person behind a session token, or None when the session ended, idled out or grew too old."""
    looks = request.method == "GET"  # a form may change what stands beside: whoever shows it again asks anew
    rows = read(_with_person(looks=looks), {"hash": hashed(token), **({"today": clock.today()} if looks else {})}).all()
    if not rows or not rows[0].active or has_lapsed(rows[0]):
        return None
    user = _person(rows)
    user.sign_in, user.session_token = rows[0], token
    user.answers, user.signs_as = {}, {"id": user.id, "name": user.name}  # type: ignore[misc]
    user.beside = {name: getattr(rows[0], name) for name in BESIDE} if looks else {}  # type: ignore[misc]
    return user


@cache
def _with_person(*, looks: bool) -> Select[*tuple[Any, ...]]:
    """Built once, for every request asks it: the session, the person, each post with each preference; columns only a
    few pages need are fetched when they ask."""
    home, over = aliased(Unit), aliased(Unit)
    p = _himself(BESIDE if looks else {}).subquery().c
    query = select(
        *p,
        *(home.name.label("home"), home.kind.label("home_kind"), home.path.label("home_path")),
        *(Post.id.label("post_id"), Post.role, Post.domain, Post.since, Post.until, Post.unit_id.label("over_id")),
        *(over.name.label("over"), over.kind.label("over_kind"), over.path.label("over_path")),
        *(Preference.key, Preference.value),
    )
    query = query.join(home, home.id == p.unit_id)
    query = query.outerjoin(Post, Post.user_id == p.user_id).outerjoin(over, over.id == Post.unit_id)
    return query.outerjoin(Preference, Preference.user_id == p.user_id).order_by(Post.id)


def _himself(beside: dict[str, Any]) -> Select[*tuple[Any, ...]]:
    """One row; an offset is a fence, so that what stands beside is not asked again for each post and preference."""
    query = select(
        *(SignIn.id, SignIn.created_at, SignIn.seen_at, SignIn.confirmed_at, SignIn.is_trusted),
        *(User.id.label("user_id"), User.name, User.unit_id, User.active, User.mobile, User.email),
        *(column.label(name) for name, column in beside.items()),
    )
    query = query.join(User, User.id == SignIn.user_id)
    return query.where(SignIn.token_hash == bindparam("hash"), SignIn.ended_at.is_(None)).offset(0)


def _person(rows: Sequence[Row[*tuple[Any, ...]]]) -> User:
    r = rows[0]
    posts, preferences = {row.post_id: row for row in rows if row.post_id}, {row.key: row for row in rows if row.key}
    over = {row.over_id: (row.over, row.over_kind, row.over_path) for row in posts.values()}
    units = {
        unit_id: as_led_to(Unit, id=unit_id, name=name, kind=kind, path=path)
        for unit_id, (name, kind, path) in {r.unit_id: (r.home, r.home_kind, r.home_path), **over}.items()
    }
    return as_read(
        User,
        id=r.user_id,
        name=r.name,
        unit_id=r.unit_id,
        active=r.active,
        mobile=r.mobile,
        email=r.email,
        unit=units[r.unit_id],
        posts=[_post(row, units[row.over_id]) for row in posts.values()],
        preferences=[
            as_led_to(Preference, user_id=r.user_id, key=key, value=p.value) for key, p in preferences.items()
        ],
    )


def _post(row: Row[*tuple[Any, ...]], unit: Unit) -> Post:
    values = {"id": row.post_id, "user_id": row.user_id, "unit_id": row.over_id, "role": row.role, "unit": unit}
    return as_led_to(Post, **values, domain=row.domain, since=row.since, until=row.until)


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
