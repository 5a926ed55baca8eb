"""How everybody wants to hear, the centre of notices, the paper of a unit, and a clock that jumps."""

from datetime import date, timedelta

from sqlalchemy import func, select

from crm.core import clock
from crm.core.db import db
from crm.followups.models import Followup
from crm.outbox.models import Delivery
from crm.reminders.planning import plan
from tests.reminders.morning import at, of, promise, tick


def test_a_kind_in_the_app_only_is_never_mailed_and_one_switched_off_is_nowhere(
    app, server, firm, silent_firm, cast, now, page
):
    page.as_(cast.lin).open("reminders.settings")
    page.submit(followup_due="app", enterprise_silent="off")
    promise(firm, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T08:31:00")

    assert server.received == []
    assert {(r.kind, r.state) for r in of("followup_due") + of("enterprise_silent")} == {
        ("followup_due", "in_app"),
        ("enterprise_silent", "muted"),
    }
    page.open("reminders.centre")
    assert "问增容进度" in page.text and "尚未走访" not in page.text


def test_what_is_due_cannot_be_switched_off(page, cast):
    page.as_(cast.lin).open("reminders.settings")
    page.submit(followup_due="off", expect=422)


def test_mail_switched_off_also_holds_for_what_waits(app, server, firm, cast, now, page):
    promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T00:10:00+08:00")
    plan(clock.now())
    page.as_(cast.lin).open("reminders.settings")
    page.submit(followup_due="app")
    at(now, app, "2026-11-24T08:31:00")

    assert server.received == [] and [r.state for r in of("followup_due")] == ["in_app"]


def test_the_centre_groups_by_day_counts_by_kind_and_says_why(app, firm, cast, now, page):
    promise(firm, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T09:00:00")
    page.as_(cast.lin).open("reminders.centre")
    assert "为什么提醒我" in page.text and "跟进到期 1" in page.text
    page.open("reminders.centre", kind="visit_tomorrow")
    assert "没有提醒" in page.text


def test_the_units_paper_counts_people_and_quotes_nothing(app, firm, cast, now, page):
    promise(firm, cast.lin, "2026-11-24", "上市辅导机构更换")
    at(now, app, "2026-11-24T09:00:00")
    page.as_(cast.manager).open("reminders.today")
    assert "林晓" in page.text and "上市辅导" not in page.text and "和达" not in page.text
    page.as_(cast.lin).open("reminders.today", expect=403)


def test_a_clock_that_jumps_a_day_ahead_and_back_repeats_nothing(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.lin, "2026-11-25", "第二件")
    at(now, app, "2026-11-24T09:00:00")
    at(now, app, "2026-11-25T09:00:00")
    at(now, app, "2026-11-24T09:10:00")
    now.move(minutes=5)
    tick(app)

    assert len(of("followup_due")) == 2
    assert len({d.key for d in db.session.scalars(select(Delivery))}) == len(server.received)
    assert db.session.scalar(select(func.count()).select_from(Followup)) == 2
    assert clock.now() - clock.at(date(2026, 11, 24), 9) < timedelta(hours=1)
