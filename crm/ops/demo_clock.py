"""The demonstration's clock: it moves to a working morning, and what falls due then is told at once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from crm.core import bureau_clock, clock
from crm.core.db import db, writing
from crm.core.models import Setting
from crm.core.settings import Settings
from crm.outbox.jobs import Mailroom, deliver
from crm.reminders.planning import plan
from crm.workdays.queries import calendar


def next_morning(now: datetime) -> datetime:
    """The time of the morning's mail on the next working day; today's when it is still to come."""
    settings: Settings = current_app.extensions["commissioner"]
    today, at = clock.local(now).date(), settings.digest_at
    days = calendar()
    still_to_come = days.is_working_day(today) and now < clock.at(today, at.hour, at.minute)
    day = today if still_to_come else days.next_working_day(today).on
    return clock.at(day, at.hour, at.minute)


def move_to(moment: datetime) -> None:
    """Business time of all processes runs on from this moment; the real clock is left alone."""
    ahead = (moment - clock.real_now() + timedelta(seconds=1)).total_seconds()
    with writing() as session:
        row = session.scalar(select(Setting).where(Setting.key == bureau_clock.KEY))
        if row is None:
            session.add(row := Setting(key=bureau_clock.KEY, since=clock.today(), set_by_name="demo"))
        row.value, row.set_at = ahead, clock.now()
        session.flush()
    bureau_clock.forget()


def tick() -> Counter[str]:
    """What the scheduler would do at this moment."""
    counts = plan(clock.now())
    counts.update(deliver(Mailroom(current_app.extensions["commissioner"]), limit=200))
    db.session.rollback()
    return counts
