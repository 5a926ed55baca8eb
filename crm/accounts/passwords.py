"""Passwords: Argon2id, checked outside any write transaction; guessing is slowed per sign-in name."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select

from crm.accounts.models import SignInFailure, User
from crm.core import clock
from crm.core.db import db
from crm.core.words import Say, say

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODY = HASHER.hash("no account has this password")
FREE_FAILURES, WINDOW = 10, timedelta(minutes=15)
SHORTEST, LONGEST = 8, 128


def matches(user: User | None, password: str) -> bool:
    """Compare in the same time whether or not the account exists."""
    stored = user.password_hash if user is not None and user.password_hash else NOBODY
    try:
        good = HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return good and stored != NOBODY


def is_outdated(user: User) -> bool:
    return bool(user.password_hash) and HASHER.check_needs_rehash(str(user.password_hash))


def hashed(password: str) -> str:
    return HASHER.hash(password)


def problem(password: str, user: User) -> Say | None:
    """Why a new password is refused, or None."""
    if len(password) < SHORTEST:
        return say("Use at least %(n)s characters", n=SHORTEST)
    if len(password) > LONGEST:
        return say("Use at most %(n)s characters", n=LONGEST)
    lowered = password.lower()
    known = [user.name, user.mobile, user.staff_no, (user.email or "").split("@")[0]]
    if any(part and len(part) > 2 and part.lower() in lowered for part in known) or is_common(lowered):
        return say("This password is easy to guess: choose one without your name or number")
    return None


def is_common(lowered: str) -> bool:
    plain = lowered.strip("0123456789!@#.")
    return plain in {"", "password", "passw", "qwerty", "admin", "abc", "iloveyou", "welcome", "zaq", "woaini"} or len(set(lowered)) < 4


def name_hash(sign_in_name: str) -> str:
    return hashlib.sha256(f"sign-in|{sign_in_name.strip().lower()}".encode()).hexdigest()


def wait_until(sign_in_name: str) -> datetime | None:
    """When this name may be tried again: after 10 failures in 15 minutes each further one doubles the delay."""
    since = clock.real_now() - WINDOW
    count, last = db.session.execute(
        select(func.count(), func.max(SignInFailure.at)).where(
            SignInFailure.name_hash == name_hash(sign_in_name), SignInFailure.at > since
        )
    ).one()
    if count < FREE_FAILURES:
        return None
    until: datetime = last + min(timedelta(seconds=30 * 2 ** (count - FREE_FAILURES)), WINDOW)
    return until if until > clock.real_now() else None


def remember_failure(sign_in_name: str) -> None:
    db.session.add(SignInFailure(name_hash=name_hash(sign_in_name)))
    db.session.flush()


def forget_failures(sign_in_name: str) -> None:
    db.session.execute(delete(SignInFailure).where(SignInFailure.name_hash == name_hash(sign_in_name)))
