"""Whoever may enter for colleagues chooses the visitor of a round and of a plan, too; a round promises and tells."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises import presence
from crm.enterprises.models import Standing
from crm.followups.models import Followup
from crm.visits import policies
from tests.visits.listing import planned
from tests.visits.test_many_at_once import visits


@pytest.fixture
def firms(make, cast):
    return [
        make.enterprise(name, unit=cast.section, commissioner=cast.lin, contact="王经理")
        for name in ("杭州和达生物技术有限公司", "杭州远山仪器有限公司")
    ]


@pytest.fixture
def policy(cast):
    with writing():
        return policies.add(by=cast.clerk, title="企业上市扶持办法", office="金融办", link="", until_on=None)


def promised():
    return [
        (each.owner, each.enterprise_id, each.due_on) for each in db.session.scalars(select(Followup).order_by("id"))
    ]


def round_of(page, firms):
    return page.open("desk.group_visit", enterprise=[firm.id for firm in firms])


def test_a_round_of_a_colleague_is_his_with_its_next_days_and_policies(page, cast, firms, policy):
    round_of(page.as_(cast.clerk), firms)
    tree, url = page.tree, page.url
    sent = {"text": "用工座谈", "author": str(cast.zhou.id), "followup_on": "2026-12-05", "policies": [str(policy.id)]}
    page.submit(**sent)
    page.tree, page.url = tree, url
    page.submit(**sent)

    assert [(v.author, v.entered_by) for v in visits()] == [(cast.zhou, cast.clerk)] * 2
    assert promised() == [(cast.zhou, firm.id, date(2026, 12, 7)) for firm in firms], "once each, on a working day"
    assert all([p.title for p in policies.told_on(v)] == ["企业上市扶持办法"] for v in visits())
    assert f"{cast.zhou.name} {cast.clerk.name} 代录" in page.follow().text


def test_a_round_without_a_next_day_promises_nothing_and_is_ones_own(page, cast, firms):
    round_of(page.as_(cast.lin), firms)
    assert page.all("input", name="author") == [], "whoever may not enter for others is not asked"
    page.submit(text="用工座谈", no_followup="1")
    assert [(v.author, v.entered_by) for v in visits()] == [(cast.lin, None)] * 2
    assert promised() == []


def test_nobody_out_of_reach_is_given_a_round_or_a_plan(page, cast, firms):
    for who, author in ((cast.clerk, cast.stranger), (cast.lin, cast.zhou)):
        round_of(page.as_(who), firms).submit(text="用工座谈", author=str(author.id), expect=422)
        assert "不能代录这名干部的走访" in page.text and "用工座谈" in page.response.text
        page.open("desk.plan_visit", enterprise=firms[0].id)
        page.submit(on="2026-12-01", text="带政策汇编", author=str(author.id), expect=422)
        assert "不能代录这名干部的走访" in page.text and "带政策汇编" in page.response.text
    assert visits() == []


def test_a_firm_that_left_is_promised_nothing_and_named(page, cast, firms):
    with writing():
        presence.leave(firms[1], Standing.MOVED_OUT, on=clock.today(), reason="迁往外区", by=cast.clerk)
    round_of(page.as_(cast.lin), firms).submit(text="用工座谈", followup_on="2026-12-07", expect=422)
    assert f"{firms[1].called} 已不在区内" in page.text and visits() == []
    page.submit(followup_on="", expect=422)
    assert page.all("button", name="no_followup")
    page.submit(no_followup="1")
    assert len(visits()) == 2


def test_a_plan_for_a_colleague_is_his_and_stays_his_when_the_clerk_records_it(page, cast, firms):
    page.as_(cast.clerk).open("desk.plan_visit", enterprise=firms[0].id)
    page.submit(on="2026-12-01", author=str(cast.zhou.id)).follow()
    [plan] = visits()
    assert (plan.author, plan.entered_by, plan.state) == (cast.zhou, cast.clerk, "planned")
    assert f"计划 {cast.zhou.name} 2026-12-01 走访（代录）" in page.text

    page.open("desk.new_visit", plan=plan.id)
    [chosen] = [box for box in page.all("input", name="author") if box.get("checked") is not None]
    assert chosen.get("value") == str(cast.zhou.id)
    page.submit(text="谈了用电", on="2026-11-23", author="", followup_on="2026-12-07")
    db.session.expire_all()
    assert (plan.author, plan.entered_by, plan.state) == (cast.zhou, cast.clerk, "done")
    assert promised() == [(cast.zhou, firms[0].id, date(2026, 12, 7))]


def test_ones_own_plan_and_ones_own_record_of_it_ask_for_nobody(page, cast, firms):
    plan = planned(firms[0], cast.lin)
    page.as_(cast.lin).open("desk.new_visit", plan=plan.id).submit(text="谈了用电", followup_on="2026-12-07")
    db.session.expire_all()
    assert (plan.author, plan.entered_by, plan.state) == (cast.lin, None, "done")
