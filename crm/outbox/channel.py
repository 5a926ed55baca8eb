"""The way to the mail server, as all processes know it: open, resting, slowed or paused, and since when."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from crm.core.db import db, writing
from crm.core.queries import insert_new
from crm.core.settings import Settings
from crm.outbox import rules
from crm.outbox.models import Channel
from crm.outbox.rules import Outcome, Reply

log = logging.getLogger(__name__)
MAIL = "mail"
TOLD_AFTER = timedelta(minutes=15)
"""A server that is away for so long is told to administrators."""
LOOK_AGAIN = timedelta(hours=1)
"""A refused certificate may be renewed by others; a refused sign-in is never tried again by itself: that locks it."""
FINE: dict[str, Any] = {
    "in_vain": 0, "trouble_since": None, "rests_until": None, "paused_at": None, "paused_for": "", "code": None,
    "words": "",
}  # fmt: skip


def now_is() -> Channel | None:
    """The row, None before anything went wrong."""
    return db.session.get(Channel, MAIL, populate_existing=True)


def is_open(known: Channel | None, settings: Settings, now: datetime) -> bool:
    if known is None:
        return True
    if is_paused(known, settings):
        return known.rests_until is not None and now >= known.rests_until
    return known.rests_until is None or now >= known.rests_until


def is_paused(known: Channel, settings: Settings) -> bool:
    """Until somebody resumes it, or the settings name another server or another password."""
    return known.paused_at is not None and known.paused_for == fingerprint(settings)


def per_minute(known: Channel | None, settings: Settings, now: datetime) -> int:
    """The cap in force; 0 is none."""
    if known is None or known.slowed_at is None:
        return settings.mail_per_minute
    return rules.speed(settings.mail_per_minute, rules.slowness(known.slowed, now - known.slowed_at))


def heard(reply: Reply, settings: Settings, now: datetime) -> None:
    """What an answer means for all other messages; writes only when something changes."""
    known = now_is()
    match reply.outcome:
        case Outcome.CHANNEL:
            in_vain = 1 + (known.in_vain if known else 0)
            _set(reply, now, known, in_vain=in_vain, rests_until=now + rules.rest_after(in_vain))
        case Outcome.PAUSE:
            again = None if reply.code else now + LOOK_AGAIN
            _set(reply, now, known, paused_at=now, paused_for=fingerprint(settings), rests_until=again)
        case Outcome.SLOW:
            _slower(reply, now, known)
        case _ if reply.code and known is not None and known.trouble_since is not None:
            resume()


def resume() -> None:
    """Open again: a message passed, or an administrator says so. How fast it goes is another matter."""
    with writing() as session:
        session.execute(update(Channel).where(Channel.name == MAIL).values(**FINE))


def fingerprint(settings: Settings) -> str:
    return hashlib.sha256(f"{settings.smtp_url}|{settings.smtp_ca_file}".encode()).hexdigest()


def is_long_away(known: Channel, now: datetime) -> bool:
    return known.trouble_since is not None and now - known.trouble_since >= TOLD_AFTER


def _set(reply: Reply, now: datetime, known: Channel | None, **changes: Any) -> None:
    since = known.trouble_since if known and known.trouble_since else now
    _write(trouble_since=since, code=reply.code, words=reply.words[:1000], **changes)
    log.warning("mail server: %s %s; %s", reply.code, reply.words, reply.outcome)


def _slower(reply: Reply, now: datetime, known: Channel | None) -> None:
    before = rules.slowness(known.slowed, now - known.slowed_at) if known and known.slowed_at else 0
    _write(slowed=min(before + 1, rules.MOST_HALVINGS), slowed_at=now)
    log.warning("mail server finds it too often: %s %s; half the speed", reply.code, reply.words)


def _write(**changes: Any) -> None:
    with writing() as session:
        insert_new(Channel, [{"name": MAIL}])
        session.execute(update(Channel).where(Channel.name == MAIL).values(**changes))
