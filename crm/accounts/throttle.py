"""Guessing is slowed per account, across all processes and restarts, and never by network address alone.

An attempt is written down before the password is looked at and forgotten when it was right: parallel guesses cannot
pass the count. A device on which the account has signed in before is counted for itself, so that nobody can lock
an official out of his own machine by guessing elsewhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from crm.accounts.access_models import SignInFailure
from crm.accounts.models import User
from crm.accounts.profile import profile
from crm.core import clock
from crm.core.db import db, lock
from crm.core.words import Say, say
from crm.timeline import Program, record

WINDOW = timedelta(minutes=15)
FIRST_DELAY = timedelta(seconds=30)
REMEMBERED = timedelta(days=1)
NOTICED_AT = 50


@dataclass(frozen=True)
class Attempt:
    """One try at signing in; `wait` is how long this account must rest before the password is even looked at."""

    user: User | None
    key: str
    wait: timedelta | None = None

    @property
    def advice(self) -> Say:
        seconds = int((self.wait or timedelta()).total_seconds()) + 1
        if seconds < 90:
            return say("Too many attempts. Try again in %(n)s seconds", n=seconds)
        return say("Too many attempts. Try again in %(n)s minutes", n=-(-seconds // 60))


def begin(user: User | None, *, typed: str = "", device: str = "") -> Attempt:
    """Write an attempt down, or say how long to wait; the caller is inside `writing()`.

    `typed` is the sign-in name of an account that does not exist; `device` the number of the machine when the account
    is known on it.
    """
    if user is not None:
        lock(user)
    key = _key(user, typed, device)
    now = clock.real_now()
    times = _times(key, now)
    if (wait := _wait(times, now)) is not None:
        return Attempt(user, key, wait)
    db.session.add(SignInFailure(name_hash=key, at=now))
    db.session.flush()
    if len(times) + 1 == NOTICED_AT:
        whose = ("user", user.id) if user else None
        record(None, "account.guessed", by=Program("sign-in"), subject=whose, times=NOTICED_AT)
    return Attempt(user, key)


def forget(attempt: Attempt) -> None:
    """The password was right: nothing counts against the account any more."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.name_hash == attempt.key))


def forget_old() -> int:
    """Drop failures older than a day; returns how many."""
    done = db.session.execute(delete(SignInFailure).where(SignInFailure.at < clock.real_now() - REMEMBERED))
    return int(getattr(done, "rowcount", 0))


def guessed_accounts() -> int:
    """How many accounts met 50 or more wrong passwords within a day: shown to the administrator."""
    since = clock.real_now() - REMEMBERED
    often = (
        select(SignInFailure.name_hash)
        .where(SignInFailure.at > since)
        .group_by(SignInFailure.name_hash)
        .having(func.count() >= NOTICED_AT)
    )
    return db.session.scalar(select(func.count()).select_from(often.subquery())) or 0


def _times(key: str, now: datetime) -> list[datetime]:
    query = select(SignInFailure.at).where(SignInFailure.name_hash == key, SignInFailure.at > now - REMEMBERED)
    return list(db.session.scalars(query.order_by(SignInFailure.at)))


def _wait(times: list[datetime], now: datetime) -> timedelta | None:
    """From the free failures within 15 minutes on each further one doubles the delay, up to the window itself."""
    recent = [at for at in times if at > now - WINDOW]
    over = len(recent) - profile().free_failures
    if over < 0:
        return None
    until = recent[-1] + min(FIRST_DELAY * 2 ** min(over, 10), WINDOW)
    return until - now if until > now else None


def _key(user: User | None, typed: str, device: str) -> str:
    """One count per account whichever of its names was typed; unknown names are counted alike, and hashed."""
    who = f"user|{user.id}|{device}" if user is not None else f"name|{typed.strip().lower()}"
    return hashlib.sha256(f"sign-in|{who}".encode()).hexdigest()
