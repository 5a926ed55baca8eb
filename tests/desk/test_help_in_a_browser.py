"""The question mark opens the steps of the page beside it: nothing typed is lost."""

import pytest

from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


def test_the_drawer_tells_the_steps_and_what_was_typed_stays(site, make, cast):
    firm = make.enterprise("杭州帮助科技有限公司", unit=cast.section, commissioner=cast.lin)
    page = site.window(cast.lin, size=PHONE).page
    page.goto(f"{site.url}/visits/new?enterprise={firm.id}")
    page.fill("textarea[name=text]", "谈了用电增容")

    page.click("#help > summary")
    page.wait_for_selector("#help #help-text ol > li")
    assert "半分钟记下一次走访" in page.inner_text("#help")
    page.keyboard.press("Escape")

    assert page.input_value("textarea[name=text]") == "谈了用电增容"


def test_without_scripts_the_question_mark_leads_to_the_page_of_help(site, cast):
    page = site.window(cast.lin, scripts=False).page
    page.goto(f"{site.url}/todo")
    page.click("#help > summary")
    page.click("#help .help-topic a")

    assert page.inner_text("h1") == "待办" and page.locator("#help-text ol > li").count() >= 3
