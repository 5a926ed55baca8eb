"""Planning: every due thing gets its row, which is the notice in the app; then each person's digest of the morning.

Everything up to now is planned, so downtime heals by itself; the unique key makes a repeat harmless.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select, update

from crm.core import clock
from crm.core.db import db, writing
from crm.core.failpoint import failpoint
from crm.core.queries import insert_new
from crm.core.settings import Settings
from crm.reminders import choices, digests, mornings, timed
from crm.reminders.kind import AT, KINDS, Kind, gone
from crm.reminders.models import Reminder, ReminderState
from crm.reminders.reviving import revive
from crm.workdays.queries import calendar, calendar_read_once

WAITING = (ReminderState.PLANNED, ReminderState.TIMED)
AT_ONCE = 2000
"""Reminders looked at in one beat: planning holds the lock of an SQLite file, and others want to save meanwhile."""


def plan(now: datetime) -> Counter[str]:
    """One transaction, wholly there or not at all; counts of planned reminders, digests and cancelled reminders."""
    with writing():
        counts = plan_within(now)
        failpoint("reminders.planned")
    return counts


def plan_within(now: datetime) -> Counter[str]:
    """The same inside the caller's transaction."""
    with calendar_read_once():
        return _plan(now)


def _plan(now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter(cancelled=_cancel_gone(), planned=_plan_due(now))
    if is_mail_time(now):
        today = clock.local(now).date()
        mornings.begin(today)
        counts["digests"] = digests.post_all(today)
    return counts


def is_mail_time(now: datetime) -> bool:
    """Digests begin at the set time of a working day; what is planned later, or on a rest day, waits for the next."""
    settings: Settings = current_app.extensions["commissioner"]
    here = clock.local(now)
    return here.time() >= settings.digest_at and calendar().is_working_day(here.date())


def _plan_due(now: datetime) -> int:
    return sum(_plan_kind(kind, now) for kind in KINDS.values())


def _plan_kind(kind: Kind, now: datetime) -> int:
    """Each recipient hears it his way; what has a time of day gets its own mail."""
    today = clock.local(now).date()
    rows = kind.due(today)
    ways, wanted = choices.chosen_by({row["recipient_id"] for row in rows}, kind) if rows else {}, {}
    for row in rows:
        row["state"] = choices.STATES[ways.get(row["recipient_id"], choices.default(kind))]
        at = row.pop(AT, None)
        if at is not None and row["state"] == ReminderState.PLANNED:
            row["state"], wanted[timed.key_of(row)] = ReminderState.TIMED, at
    new = revive(kind, rows) + insert_new(Reminder, rows)
    timed.post_new(wanted)
    if kind.renew:
        kind.renew(today)
    return new


def _cancel_gone() -> int:
    """What has not left yet and holds no more: done, moved, or somebody else's by now.

    A morning on which tens of thousands wait is looked through in parts, a part at each beat; the mail itself looks at
    all it holds before it leaves.
    """
    reasons = gone(_some_waiting())
    for reminder_id, reason in reasons.items():
        db.session.execute(
            update(Reminder)
            .where(Reminder.id == reminder_id, Reminder.state.in_(WAITING))
            .values(state=ReminderState.CANCELLED, cancel_reason=reason)
        )
    return len(reasons)


def _some_waiting() -> Sequence[Any]:
    """At most `AT_ONCE` plain rows, from a place that chance chooses at each beat."""
    waits = Reminder.state.in_(WAITING)
    some = select(*Reminder.__table__.columns).where(waits).order_by(Reminder.id).limit(AT_ONCE)
    first = db.session.execute(some).all()
    if len(first) < AT_ONCE:
        return first
    begin, last = first[0].id, db.session.scalars(select(func.max(Reminder.id)).where(waits)).one()
    begin += secrets.randbelow(last - begin + 1)
    return db.session.execute(some.where(Reminder.id >= begin)).all()
