"""One-time codes that let a person set a password: on a printed slip, by mail, or from the command line.

The database keeps only the hash. The code itself is derived from the row and the machine's secret, so that a slip can
be printed after the act and a mail written by the scheduler without the code standing anywhere in plain text.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select, update

from crm.accounts import ageing, sessions
from crm.accounts.access_models import Invitation
from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.timeline import Actor, record

SLIP_LIVES = timedelta(days=7)
LINK_LIVES = timedelta(minutes=30)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MOST_RESETS_AN_HOUR = 3


def invite(user: User, *, by: Actor, lives: timedelta = SLIP_LIVES, purpose: str = "invite") -> str:
    """A new one-time code that lets the person set a password; older unused ones end. Returns the code."""
    made = make(user, by=by, lives=lives, purpose=purpose)
    code = code_of(made)
    assert code is not None
    return code


def make(user: User, *, by: Actor, lives: timedelta = SLIP_LIVES, purpose: str = "invite") -> Invitation:
    """The invitation as a row; `purpose` is "invite" (somebody gives access) or "reset" (the person asked himself)."""
    lock(user)
    if not user.active:
        raise RuleBroken(say("%(name)s has been deactivated", name=user.name))
    revoke(user)
    expires_at = clock.real_now() + lives
    code = _derive(_keys()[0], user.id, purpose, expires_at)
    made = Invitation(
        user_id=user.id, code_hash=sessions.hashed(code), purpose=purpose, expires_at=expires_at, by_id=by.id
    )
    db.session.add(made)
    db.session.flush()
    record(None, "person.invited", by=by, subject=("user", user.id), name=user.name, purpose=purpose)
    return made


def revoke(user: User) -> None:
    """End the codes of a person that nobody used."""
    db.session.execute(
        update(Invitation)
        .where(Invitation.user_id == user.id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=clock.real_now())
    )


def code_of(invitation: Invitation) -> str | None:
    """The code again; None once the machine's secret has changed twice since."""
    for key in _keys():
        code = _derive(key, invitation.user_id, invitation.purpose, invitation.expires_at)
        if sessions.hashed(code) == invitation.code_hash:
            return code
    return None


def is_usable(invitation: Invitation) -> bool:
    return not (invitation.used_at or invitation.revoked_at) and invitation.expires_at > clock.real_now()


def invitation(code: str) -> Invitation | None:
    """The usable invitation behind a code, as typed (case, width, spaces and dashes do not matter)."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    tidy = "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))
    found = db.session.scalar(select(Invitation).where(Invitation.code_hash == sessions.hashed(tidy)))
    return found if found is not None and is_usable(found) and found.user.active else None


def accept(found: Invitation, *, password_hash: str) -> User:
    """Use an invitation up: the password is set, every older session ends; RuleBroken when it was used already."""
    lock(found.user)
    lock(found)
    if not is_usable(found):
        raise RuleBroken(say("This code has been used already: ask for a new one"))
    found.used_at = clock.real_now()
    user = found.user
    change_password(user, password_hash=password_hash, by=user)
    return user


def change_password(user: User, *, password_hash: str, by: Actor, keep: int | None = None) -> None:
    """Set a new password (hashed before the transaction); other sessions and every open code of the person end."""
    user.password_hash = password_hash
    db.session.flush()
    ageing.remember(user)
    revoke(user)
    sessions.end_all(user.id, "password changed", but=keep)
    record(None, "password.changed", by=by, subject=("user", user.id), name=user.name)


def asked_too_often(user: User) -> bool:
    """Has this person asked for a reset mail three times within an hour?"""
    since = clock.real_now() - timedelta(hours=1)
    asked = select(func.count()).select_from(Invitation)
    asked = asked.where(Invitation.user_id == user.id, Invitation.purpose == "reset", Invitation.created_at > since)
    return (db.session.scalar(asked) or 0) >= MOST_RESETS_AN_HOUR


def open_for(user_ids: list[int]) -> dict[int, Invitation]:
    """Usable invitations by person."""
    query = select(Invitation).where(
        Invitation.user_id.in_(user_ids), Invitation.used_at.is_(None), Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.real_now(),
    )  # fmt: skip
    return {found.user_id: found for found in db.session.scalars(query)}


def _derive(key: str, user_id: int, purpose: str, expires_at: datetime) -> str:
    """16 signs of a 31-letter alphabet without look-alikes (79 bits), four by four."""
    told = f"invitation|{user_id}|{purpose}|{expires_at.isoformat(timespec='microseconds')}"
    number = int.from_bytes(hmac.new(key.encode(), told.encode(), hashlib.sha256).digest(), "big")
    signs = ""
    for _ in range(16):
        number, at = divmod(number, len(ALPHABET))
        signs += ALPHABET[at]
    return "-".join(signs[at : at + 4] for at in range(0, 16, 4))


def _keys() -> list[str]:
    return [str(current_app.config["SECRET_KEY"]), *map(str, current_app.config["SECRET_KEY_FALLBACKS"])]
