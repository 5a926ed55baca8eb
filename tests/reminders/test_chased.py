"""Asked by hand to move on: told at once in the app, by one line of the next mail, and never after it is done."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.followups import chasing, services
from crm.reminders.models import Reminder
from crm.reminders.planning import plan


@pytest.fixture
def firm(make, cast, now):
    now.set("2026-11-23T07:30:00+08:00")
    return make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin)


def ask_about(firm, cast):
    with writing():
        made = services.add(firm, owner=cast.lin, text="问增容进度", due_on=date(2026, 12, 4), by=cast.lin)
        chasing.promises([made.id], by=cast.manager)
    return made


def notices(kind="chased"):
    return [(r.recipient_id, r.state) for r in db.session.scalars(select(Reminder).where(Reminder.kind == kind))]


def test_the_owner_is_told_once_in_the_app_and_by_the_next_mail(page, cast, firm):
    ask_about(firm, cast)
    plan(clock.now()), plan(clock.now())
    assert notices() == [(cast.lin.id, "planned")]
    page.as_(cast.lin).open("reminders.centre")
    assert "催办：问增容进度" in page.text and "和达" in page.text


def test_what_is_done_before_the_mail_leaves_is_not_asked_for(cast, firm):
    made = ask_about(firm, cast)
    plan(clock.now())
    with writing():
        services.finish(made, by=cast.lin)
    plan(clock.now())
    assert notices() == [(cast.lin.id, "cancelled")]


def test_a_commissioner_is_asked_to_visit_and_a_visit_ends_it(page, cast, firm):
    with writing():
        assert chasing.visits([firm], by=cast.manager).now == 1
        assert chasing.visits([firm], by=cast.manager) == chasing.Asked(0, 1)
    plan(clock.now())
    assert "被催走访" in page.as_(cast.lin).open("reminders.centre").text
    with writing():
        firm.last_visit_on = clock.today()
        db.session.flush()
    plan(clock.now())
    assert notices() == [(cast.lin.id, "cancelled")]
