"""What is typed of a visit stays on the device on every form of it, and belongs to whoever typed it."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crm.core.db import db, writing
from crm.visits.models import Visit
from tests.browser import PHONE
from tests.visits.listing import planned, visit

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
DRAFTS = "Object.keys(localStorage).filter(name => name.startsWith('draft:')).length"


@pytest.fixture
def firms(make, cast):
    return [
        make.enterprise(name, unit=cast.section, commissioner=cast.lin, contact="王经理")
        for name in ("杭州和达生物技术有限公司", "杭州远山仪器有限公司")
    ]


def typed_again(page, label, words):
    page.get_by_label(label).fill(words)
    page.reload()
    expect(page.get_by_label(label)).to_have_value(words)
    expect(page.locator("[data-draft] [role=status]")).to_contain_text("已恢复")


def test_a_plan_and_a_correction_survive_a_reload_and_leave_with_their_save(site, cast, firms):
    page = site.window(cast.lin, size=PHONE).page
    page.goto(f"{site.url}/visits/plan?enterprise={firms[0].id}")
    page.get_by_label("日期").fill("2026-12-01")
    typed_again(page, "想谈什么", "带政策汇编去")
    page.get_by_role("button", name="保存计划").click()
    expect(page.locator("#flashes")).to_contain_text("2026-12-01")
    assert page.evaluate(DRAFTS) == 0

    made = visit(firms[0], cast.lin, text="谈了用电")
    page.goto(f"{site.url}/visits/{made.id}/correct")
    typed_again(page, "走访内容", "谈了用电和用工")
    page.goto(f"{site.url}/visits/{made.id}")
    assert page.evaluate(DRAFTS) == 1, "looking at the visit saves nothing"
    page.goto(f"{site.url}/visits/{made.id}/correct")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#flashes")).to_contain_text("已更正")
    assert page.evaluate(DRAFTS) == 0
    assert page.url == f"{site.url}/visits/{made.id}"


def test_another_day_a_move_and_a_void_survive_a_reload_and_leave_with_their_save(site, cast, firms):
    page, plan = site.window(cast.lin, size=PHONE).page, planned(firms[0], cast.lin, days=1)
    made = visit(firms[0], cast.lin, text="谈了用电")

    def kept(address, told, words):
        page.goto(f"{site.url}/visits/{address}")
        typed_again(page, "理由", words)
        assert page.evaluate(DRAFTS) == 1
        page.locator("main form .btn-primary").click()
        expect(page.locator("#flashes")).to_contain_text(told)
        assert page.evaluate(DRAFTS) == 0

    page.goto(f"{site.url}/visits/{plan.id}/replan")
    page.get_by_label("日期").fill("2026-12-01")
    typed_again(page, "理由", "企业改期")
    expect(page.get_by_label("日期")).to_have_value("2026-12-01")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#flashes")).to_contain_text("2026-12-01")
    assert page.evaluate(DRAFTS) == 0
    kept(f"{made.id}/move?to={firms[1].id}", "远山", "选错了")
    kept(f"{made.id}/void", "作废", "录重了")
    db.session.expire_all()
    assert (plan.visited_on.isoformat(), made.enterprise_id, made.state) == ("2026-12-01", firms[1].id, "voided")


def test_a_draft_of_a_correction_says_when_somebody_else_was_first(site, cast, firms):
    made = visit(firms[0], cast.lin, text="谈了用电")
    page = site.window(cast.lin).page
    page.goto(f"{site.url}/visits/{made.id}/correct")
    typed_again(page, "走访内容", "我的写法")
    with writing():
        made.text, made.version = "同事的写法", made.version + 1
    page.reload()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("main")).to_contain_text("现在的内容：同事的写法")
    expect(page.get_by_label("走访内容")).to_have_value("我的写法")


def test_the_words_of_a_round_go_along_when_firms_are_added(site, cast, firms):
    one, other = firms
    page = site.window(cast.lin).page
    page.goto(f"{site.url}/visits/group?enterprise={one.id}")
    key = page.locator("[name=client_key]").input_value()
    typed_again(page, "走访内容", "用工座谈")
    assert page.locator("[name=client_key]").input_value() == key
    page.goto(f"{site.url}/visits/group?enterprise={one.id}&enterprise={other.id}")
    expect(page.get_by_label("走访内容")).to_have_value("用工座谈")
    assert page.locator("[name=client_key]").input_value() != key, "that key stands for the round as it was"
    page.locator("main form .btn-primary").click()
    page.get_by_role("button", name="不再跟进，保存").click()
    expect(page.locator("#flashes")).to_contain_text("2")
    assert page.evaluate(DRAFTS) == 0
    db.session.rollback()
    assert [each.text for each in db.session.scalars(select(Visit))] == ["用工座谈"] * 2


def test_the_older_tab_shows_nothing_of_the_first_to_the_second_person(site, cast, firms):
    window = site.window(cast.lin)
    older, newer = window.page, window.context.new_page()
    older.goto(f"{site.url}/visits/new?enterprise={firms[0].id}")
    older.get_by_label("走访内容").fill("只有林晓该看到的话")
    newer.goto(f"{site.url}/me")
    newer.locator("main #sign-out button").click()
    newer.wait_for_url("**/sign-in**")
    older.wait_for_url("**/sign-in**")
    assert newer.evaluate(DRAFTS) == 0, "nor is it kept again"

    site.sign_in(window, cast.zhou)
    newer.goto(f"{site.url}/visits/new?enterprise={firms[0].id}")
    expect(newer.get_by_label("走访内容")).to_have_value("")
    older.goto(f"{site.url}/visits/new?enterprise={firms[0].id}")
    older.get_by_label("走访内容").fill("周敏写的话")
    site.sign_in(window, cast.manager)
    newer.goto(f"{site.url}/")
    expect(older.get_by_label("走访内容")).to_have_value("")
    older.reload()
    expect(older.get_by_label("走访内容")).to_have_value("")
