"""A scheduler that cannot plan gives no sign of life: the banner comes, nobody believes that reminders go out."""

from sqlalchemy import select, text

from crm.core.db import db
from crm.jobs.models import Heartbeat
from crm.ops.scheduler import Ticks


def last_beat(now):
    db.session.rollback()
    return db.session.scalar(select(Heartbeat.at))


def rename(table, to):
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


def test_no_sign_of_life_while_planning_fails(app, cast, now):
    ticks = Ticks(app, app.extensions["commissioner"])
    rename("reminder", "reminder_away")
    ticks.guarded(ticks.beat)
    first = last_beat(now)
    ticks.guarded(ticks.beat)
    assert first is not None and last_beat(now) == first

    rename("reminder_away", "reminder")
    ticks.guarded(ticks.beat)
    ticks.guarded(ticks.beat)
    assert last_beat(now) > first
