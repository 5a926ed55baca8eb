"""What nobody needs any more: old guesses after a day, ended sessions and used codes after half a year."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_

from crm.accounts import throttle
from crm.accounts.access_models import Invitation, SignIn
from crm.core import clock
from crm.core.db import db, writing

KEPT = timedelta(days=180)
"""As long as logs must be kept."""


def nightly() -> str:
    """Forget them; returns words for the record of the day's work."""
    long_ago = clock.real_now() - KEPT
    with writing():
        failures = throttle.forget_old()
        db.session.execute(delete(SignIn).where(SignIn.seen_at < long_ago, SignIn.created_at < long_ago))
        used = or_(Invitation.used_at < long_ago, Invitation.expires_at < long_ago)
        db.session.execute(delete(Invitation).where(used))
    return f"{failures} old sign-in failures dropped"
