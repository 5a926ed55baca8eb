"""A planned visit gets another day or time: the reminder follows, the timeline keeps what was planned before."""

from datetime import date, time

import pytest

from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.visits import replanning
from tests.visits.listing import planned, visit


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理")


def test_it_gets_another_day_and_time_and_the_timeline_keeps_both(page, cast, firm):
    plan = planned(firm, cast.lin, days=1)
    page.as_(cast.lin).open("desk.visit", visit_id=plan.id)
    assert f"/visits/{plan.id}/replan" in {a.get("href") for a in page.all("a")}
    page.open("desk.replan_visit", visit_id=plan.id).submit(on="2026-11-27", at="14:30", reason="企业改期").follow()

    assert (plan.visited_on, plan.at_time, plan.state) == (date(2026, 11, 27), time(14, 30), "planned")
    assert "计划走访由 2026-11-24 改到 2026-11-27 14:30" in page.text and "企业改期" in page.text
    page.open("desk.enterprise", enterprise_id=firm.id)
    assert "计划走访由 2026-11-24 改到 2026-11-27 14:30" in page.text


def test_the_reason_may_be_left_out_and_the_day_may_not_have_passed(page, cast, firm):
    plan = planned(firm, cast.lin, days=1)
    page.as_(cast.lin).open("desk.replan_visit", visit_id=plan.id)
    page.submit(on="2026-11-22", at="", expect=422)
    assert "计划日期已经过去" in page.text
    page.submit(on="2026-11-24", at="", expect=422)
    assert "原来就定在这一天这个时间" in page.text
    page.submit(on="2026-11-23", at="")
    assert plan.visited_on == date(2026, 11, 23)


def test_strangers_find_nothing_readers_may_not_and_what_is_done_has_no_other_day(page, cast, firm):
    plan, done = planned(firm, cast.lin, days=1), visit(firm, cast.lin)
    page.as_(cast.stranger).open("desk.replan_visit", visit_id=plan.id, expect=404)
    page.as_(cast.clerk).open("desk.replan_visit", visit_id=plan.id, expect=403)
    page.as_(cast.lin).open("desk.replan_visit", visit_id=done.id, expect=303).follow()
    assert "这次计划走访" in page.text
    page.as_(cast.manager).open("desk.replan_visit", visit_id=plan.id).submit(on="2026-11-30")
    assert plan.visited_on == date(2026, 11, 30)


def test_of_two_who_move_it_the_second_sees_the_first(page, cast, firm):
    plan = planned(firm, cast.lin, days=1)
    page.as_(cast.lin).open("desk.replan_visit", visit_id=plan.id)
    with writing():
        replanning.replan(plan, version=plan.version, on=date(2026, 12, 1), at=None, reason="", by=cast.manager)
    page.submit(on="2026-11-26", at="09:00", reason="我改的", expect=409)
    assert "2026-12-01" in page.text and "我改的" in str(page.all("input", name="reason")[0].get("value"))
    page.submit()
    db.session.expire_all()
    assert (plan.visited_on, plan.at_time) == (date(2026, 11, 26), time(9))


def test_what_was_called_off_meanwhile_stays_so(page, cast, firm):
    plan = planned(firm, cast.lin, days=1)
    version = plan.version
    page.as_(cast.lin).open("desk.void_visit", visit_id=plan.id).submit(reason="不去了")
    with pytest.raises(Stale), writing():
        replanning.replan(plan, version=version, on=date(2026, 12, 1), at=None, reason="", by=cast.lin)
    other = planned(firm, cast.lin)
    with pytest.raises(RuleBroken), writing():
        replanning.replan(other, version=other.version, on=date(2028, 1, 1), at=None, reason="", by=cast.lin)
