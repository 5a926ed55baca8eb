"""A beat on which nothing is due holds the lock of an SQLite file every half minute: it costs so many statements."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.serving_models import Assignment
from crm.reminders.models import Reminder
from crm.reminders.planning import plan
from crm.workdays.models import CalendarDay
from crm.workdays.queries import calendar, calendar_read_once
from tests.reminders.morning import promise

MOST = 32


def test_a_beat_with_nothing_due_costs_what_it_must(make, cast, now, count_statements):
    make.enterprise(commissioner=cast.lin)
    plan(clock.now())
    plan(clock.now())

    with count_statements() as seen:
        assert sum(plan(clock.now()).values()) == 0
    assert len(seen) == MOST, "\n".join(seen)


@pytest.mark.parametrize("has_address", [True, False])
def test_the_morning_of_many_costs_what_that_of_a_few_does(make, now, server, count_statements, has_address):
    """Two people, two more, then twenty, each with a promise of his own; `server`: mails can leave."""
    costs = []
    for count, day in ((2, "2026-11-24"), (2, "2026-11-25"), (20, "2026-11-26")):
        for n in range(count):
            person = make.user(f"干部{day}{n}", email=f"{day}-{n}@example.cn" if has_address else None)
            promise(make.enterprise(commissioner=person), person, day)
        now.set(f"{day}T08:29:00+08:00")
        plan(clock.now())
        now.set(f"{day}T08:31:00+08:00")
        db.session.remove()
        with count_statements() as seen:
            assert plan(clock.now())["digests"] >= count
        costs.append(len(seen))
    assert costs[1] == costs[2]


def test_lines_of_two_days_are_planned_by_one_beat_each_once(make, cast, now):
    first, second = make.enterprise(commissioner=cast.lin), make.enterprise(commissioner=cast.lin)
    with writing():
        for firm, days in ((first, 1), (second, 0)):
            before = clock.now() - timedelta(days=days)
            db.session.execute(update(Assignment).where(Assignment.enterprise_id == firm.id).values(created_at=before))
        db.session.query(Reminder).delete()

    plan(clock.now())
    plan(clock.now())
    mine = db.session.query(Reminder).filter(Reminder.kind.startswith("enterprises_")).order_by(Reminder.basis)
    assert [(row.recipient_id, row.basis, row.due_on.isoformat()) for row in mine] == [
        (cast.lin.id, "2026-11-22", "2026-11-22"), (cast.lin.id, "2026-11-23", "2026-11-23"),
    ]  # fmt: skip


def test_the_calendar_is_read_anew_after_the_act_that_kept_it(app):
    with calendar_read_once():
        assert calendar().is_working_day(clock.today())
    with writing():
        db.session.add(CalendarDay(day=clock.today(), kind="rest"))
    with calendar_read_once():
        assert not calendar().is_working_day(clock.today())
