"""Coaching from its filing to the mail 90 days before the letter ends: proposed, confirmed, seen on the board."""

import pytest
from playwright.sync_api import expect

from tests.reminders.conftest import server  # noqa: F401 - a fixture
from tests.reminders.morning import at
from tests.services.smtp import links

pytestmark = pytest.mark.browser


def propose(page, address, state, on, number):
    page.goto(address)
    for label, value in (("节点", state), ("依据", "文号")):
        page.get_by_label(label, exact=True).select_option(label=value)
    for label, value in (("节点日期", on), ("文号", number)):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("待确认")


def test_from_the_filing_to_the_mail_before_the_letter_ends(app, site, now, server, way, firm, cast):  # noqa: F811
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    form = f"{site.url}/enterprises/{firm.id}/tracks/IPO"
    lin, manager = site.window(cast.lin).page, site.window(cast.manager).page

    propose(lin, form, "辅导备案", "2026-06-05", "浙证监辅导〔2026〕12号")
    manager.goto(site.url)
    manager.locator("main").get_by_role("link", name="待确认节点").click()
    manager.get_by_role("link", name="辅导备案").click()
    expect(manager.locator("main")).to_contain_text("浙证监辅导〔2026〕12号")
    manager.get_by_role("button", name="确认节点").click()
    manager.goto(f"{site.url}/board/IPO")
    expect(manager.locator("[data-lane=coaching] .board-card")).to_contain_text("辅导备案")

    propose(lin, form, "辅导工作完成", "2026-11-20", "浙证监函〔2026〕90号")
    manager.goto(f"{site.url}/track-steps/confirm?all=1")
    manager.get_by_role("button", name="全部确认").click()
    lin.goto(f"{site.url}/enterprises/{firm.id}?tab=tracks")
    expect(lin.locator("main")).to_contain_text("辅导工作完成函到期")
    expect(lin.locator("main")).to_contain_text("2027-11-20")

    at(now, app, "2027-08-21T09:00:00")
    assert server.to(cast.lin.email) == []
    at(now, app, "2027-08-23T09:00:00")
    (mail,) = server.to(cast.lin.email)
    assert "2027-11-20" in mail.text and "辅导" not in mail.text
    (link,) = links(mail, lambda url: "tab=tracks" in url)
    again = site.window(cast.lin).page
    again.goto(site.url + link[link.index("/enterprises/") :])
    expect(again.locator("main")).to_contain_text("辅导工作完成函到期")
