"""A clock of a firm that nobody serves: the manager of its unit is told, until somebody serves it."""

from datetime import date

import pytest

from crm.accounts import posts
from crm.core.db import db, writing
from crm.cultivation import services
from crm.cultivation.models import Track
from crm.cultivation.rules.gates import Proposed
from crm.cultivation.rules.history import Origin
from crm.enterprises import assignment
from crm.enterprises.queries import commissioner_of
from crm.permissions import Domain, Role
from crm.reminders.kinds import track_deadline
from tests.reminders.morning import at, change, of


@pytest.fixture
def firm(make, cast, now):
    now.set("2026-12-09T07:30:00+08:00")
    return make.enterprise("杭州金丝雀技术有限公司", short_name="金丝雀", unit=cast.section)


@pytest.fixture
def track(firm, cast):
    """Restricted: its letter of 10 March 2026 ends on 10 March 2027."""
    step = Proposed("IP_COACH_DONE", date(2026, 3, 10), 0)
    with writing():
        made = services.baseline(firm, "IPO", step, origin=Origin.HISTORY, by=cast.manager)
    return db.session.get_one(Track, made.track_id)


def told():
    return [(r.recipient.name, r.step, r.state.value) for r in of("track_deadline")]


def serve(firm, cast, person):
    with writing():
        assignment.assign(firm, person, by=cast.manager)


def test_the_manager_hears_what_nobody_serves_and_the_mail_names_no_plan(app, server, now, track, firm, cast, page):
    change(cast.manager, email="lijun@example.cn")
    at(now, app, "2026-12-09T09:00:00")
    assert told() == []
    at(now, app, "2026-12-10T09:00:00"), at(now, app, "2026-12-11T09:00:00")
    assert told() == [("李军", 90, "sent")]
    (mail,) = (mail for mail in server.to("lijun@example.cn") if "2027-03-10" in mail.text)
    assert "金丝雀" in mail.text
    for word in ("辅导", "上市", "完成函", "培育", "IPO", "进程"):
        assert word not in mail.text and word not in mail.message["Subject"], word
    assert "境内上市：辅导工作完成函到期（企业暂无服务专员）" in page.as_(cast.manager).open("reminders.centre").text
    at(now, app, "2027-02-08T09:00:00")
    assert told() == [("李军", 90, "sent"), ("李军", 30, "sent")]


def test_who_is_assigned_later_is_told_instead(app, now, track, firm, cast):
    at(now, app, "2026-12-10T07:30:00")
    assert told() == [("李军", 90, "planned")]
    serve(firm, cast, cast.zhou)
    at(now, app, "2026-12-10T07:35:00")
    assert told() == [("李军", 90, "cancelled"), ("周敏", 90, "planned")]
    at(now, app, "2027-02-08T07:30:00")
    assert {row[0] for row in told() if row[1] == 30} == {"周敏"}


def test_who_is_assigned_after_the_last_reminder_hears_it_too(app, server, now, track, firm, cast):
    at(now, app, "2027-02-08T09:00:00")
    assert [row[:2] for row in told()] == [("李军", 30)]
    serve(firm, cast, cast.zhou)
    at(now, app, "2027-02-09T09:00:00")
    assert [row[:2] for row in told()] == [("李军", 30), ("周敏", 30)]


@pytest.mark.parametrize("how", ["ended", "left"])
def test_when_the_commissioner_goes_the_manager_takes_over(app, now, track, firm, cast, how):
    serve(firm, cast, cast.lin)
    at(now, app, "2026-12-10T07:30:00")
    assert told() == [("林晓", 90, "planned")]
    if how == "left":
        change(cast.lin, active=False, deactivated_on=date(2026, 12, 10))
    else:
        with writing():
            assignment.end(commissioner_of(firm.id), on=date(2026, 12, 10), reason="调离", by=cast.manager)
    at(now, app, "2026-12-10T07:35:00")
    assert told() == [("林晓", 90, "cancelled"), ("李军", 90, "planned")]


def test_of_two_managers_the_nearest_is_told_and_of_equals_both(app, now, track, make, cast):
    for name in ("甲科长", "乙科长"):
        make.user(name, unit=cast.section, role=Role.MANAGER, over=cast.section)
    at(now, app, "2026-12-10T07:30:00")
    assert sorted(told()) == [("乙科长", 90, "planned"), ("甲科长", 90, "planned")]
    at(now, app, "2027-02-08T07:30:00"), at(now, app, "2027-02-09T07:30:00")
    assert sorted(row[0] for row in told() if row[1] == 30) == ["乙科长", "甲科长"]


def test_who_may_not_see_the_plan_or_not_assign_there_is_told_nothing(app, now, track, make, cast):
    """Nearer than the manager all of them, or beside him."""
    for name, role, over, domain in (
        ("安全", Role.MANAGER, cast.section, Domain.SAFETY),
        ("专班", Role.MANAGER, cast.section, Domain.LISTING),
        ("内勤", Role.CLERK, cast.section, None),
        ("领导", Role.LEADER, cast.section, None),
        ("别处", Role.MANAGER, cast.elsewhere, None),
        ("管理", Role.ADMINISTRATOR, cast.bureau, None),
    ):
        make.user(name, unit=over, role=role, over=over, domain=domain)
    at(now, app, "2026-12-10T07:30:00"), at(now, app, "2027-02-08T07:30:00")
    assert {row[0] for row in told()} == {"李军"}


@pytest.mark.parametrize("how", ["post", "person"])
def test_a_manager_who_left_hears_nothing_and_his_successor_does(app, server, now, track, make, cast, how):
    at(now, app, "2026-12-10T07:30:00")
    db.session.expire_all()
    with writing():
        if how == "post":
            posts.end_post(next(iter(cast.manager.posts)), by=cast.admin)
        else:
            cast.manager.active, cast.manager.deactivated_on = False, date(2026, 12, 10)
    at(now, app, "2026-12-10T07:35:00")
    assert told() == [("李军", 90, "cancelled")], "nobody is left to tell"
    make.user("新主管", unit=cast.bureau, role=Role.MANAGER, over=cast.bureau)
    at(now, app, "2026-12-10T07:40:00")
    assert [row[0] for row in told()] == ["李军", "新主管"]


def test_a_successor_hears_of_the_last_reminder_that_went_to_who_has_left(app, server, now, track, make, cast):
    at(now, app, "2027-02-08T09:00:00")
    assert [row[:2] for row in told()] == [("李军", 30)]
    db.session.expire_all()
    with writing():
        posts.end_post(next(iter(cast.manager.posts)), by=cast.admin)
    make.user("新主管", unit=cast.bureau, role=Role.MANAGER, over=cast.bureau)
    at(now, app, "2027-02-09T09:00:00")
    assert [row[:2] for row in told()] == [("李军", 30), ("新主管", 30)]


def test_a_clock_the_manager_was_told_of_for_the_last_time_is_not_looked_at_any_more(app, now, track, count_queries):
    at(now, app, "2027-02-08T07:30:00")
    assert [row[:2] for row in told()] == [("李军", 30)]
    with count_queries() as seen:
        assert track_deadline.due(date(2027, 2, 8)) == []
    assert len(seen) == 1
