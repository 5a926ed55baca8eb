"""In a bureau's own network without certificates: plain http under a name that is no loopback, as in production."""

import pytest
from playwright.sync_api import expect

from tests.browser import LAN_NAME, PHONE
from tests.journeys.bureau import PASSWORD, ROOT, Bureau, Person

pytestmark = pytest.mark.browser
WARNING = "当前连接未加密"
ROSTER = ROOT / "tests" / "data" / "roster_sample.xlsx"


@pytest.fixture
def bureau(tmp_path):
    return Bureau(ROOT, f"sqlite:///{tmp_path / 'crm.db'}", tmp_path)


def test_people_sign_in_upload_and_search_over_plain_http(bureau, browser):
    assert bureau.env["CRM_ENV"] == "production"
    way_in = bureau.command("create-admin", "高峰", "--mobile", "13800000007").splitlines()[-1]
    with bureau.at_work():
        administrator = Person(bureau, browser).open(way_in).set_password()
        assert administrator.page.url.startswith(f"http://{LAN_NAME}:")
        assert not administrator.page.evaluate("isSecureContext"), "otherwise this story proves nothing"
        expect(administrator.page.locator(".banners")).to_contain_text(WARNING)
        uploads_a_roster(administrator)
        searches_in_place(administrator)

        clerk = Person(bureau, browser, size=PHONE).open("/invitation").fill(code=invited(administrator, "沈云"))
        clerk.press("继续").set_password(sign_in_name="13800000008")
        assert WARNING not in clerk.page.content()
        stays_signed_in_until_leaving(clerk, "13800000008")


def uploads_a_roster(person):
    person.open("/imports/new").page.set_input_files("#file", ROSTER)
    person.press("^上传$")
    expect(person.main).to_contain_text("统一社会信用代码")


def searches_in_place(person):
    """The list answers by a part of the page: the document stays the same."""
    person.open("/people?show=all").page.evaluate("window.stays = true")
    person.fill(q="高").page.press("#q", "Enter")
    person.page.wait_for_url("**q=*")
    expect(person.page.locator("#listing tbody tr")).to_have_count(1)
    assert person.page.evaluate("window.stays")


def invited(administrator, name):
    administrator.open("/people/new").fill(name=name).press("^保存$")
    administrator.press("开通账号").press("开通账号|生成|发放")
    return administrator.page.locator(".slip-code").inner_text()


def stays_signed_in_until_leaving(person, name):
    assert not cookie_of(person)["secure"]
    assert cookie_of(person)["httpOnly"]
    kept = cookie_of(person)["value"]
    person.open("/me").press("退出登录")
    assert cookie_of(person).get("value") != kept

    person.open("/sign-in").fill(name=name, password=PASSWORD)
    person.page.click("#sign-in .btn-primary")
    person.page.wait_for_selector(".phonebar")
    expect(person.open("/me").main).to_contain_text(name)


def cookie_of(person):
    return next((cookie for cookie in person.window.context.cookies() if cookie["name"] == "crm"), {})
