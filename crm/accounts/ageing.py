"""Passwords that must be renewed and may not come back: only under the `mlps` profile."""

from __future__ import annotations

from sqlalchemy import Select, select

from crm.accounts import passwords
from crm.accounts.models import User
from crm.accounts.password_models import PasswordSet
from crm.accounts.profile import profile
from crm.core import clock
from crm.core.db import db
from crm.core.words import Say, say


def remember(user: User) -> None:
    """Write down that the person's present password was set now; older hashes than the profile asks for go."""
    kept = profile().remembered_passwords
    db.session.add(PasswordSet(user_id=user.id, password_hash=user.password_hash if kept else None))
    db.session.flush()
    for old in db.session.scalars(_newest_first(user).offset(kept)):
        old.password_hash = None
    db.session.flush()


def must_be_renewed(user: User) -> bool:
    """Is the password older than the profile allows? One whose day is unknown counts from when the account was made."""
    lives = profile().password_lives
    if lives is None:
        return False
    newest = db.session.scalar(_newest_first(user).limit(1))
    return clock.real_now() - (newest.at if newest else user.created_at) > lives


def used_before(password: str, user: User) -> Say | None:
    """Why a password of the last few is refused; compared outside any write transaction."""
    kept = profile().remembered_passwords
    if not kept:
        return None
    hashes = {row.password_hash for row in db.session.scalars(_newest_first(user).limit(kept))} | {user.password_hash}
    if any(each and passwords.fits_hash(each, password) for each in hashes):
        return say("This was one of your last %(n)s passwords: choose a new one", n=kept)
    return None


def _newest_first(user: User) -> Select[PasswordSet]:
    return select(PasswordSet).where(PasswordSet.user_id == user.id).order_by(PasswordSet.id.desc())
