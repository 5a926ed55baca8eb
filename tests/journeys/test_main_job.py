"""The product's whole job, once: roster → official → visit on a phone → the due morning → one mail → done."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE
from tests.journeys import imports
from tests.journeys.bureau import PASSWORD, ROOT, Bureau, Person
from tests.journeys.visits import log_visit, say_done
from tests.services.processes import until
from tests.services.smtp import links, mail_server

pytestmark = pytest.mark.browser

ROSTER = ROOT / "tests" / "data" / "roster_sample.xlsx"
OFFICIAL, ADDRESS = "杜建", "dujian@example.cn"
MONDAY, DUE, NEXT = ("2026-11-23T09:00:00+08:00", "2026-11-30T08:30:05+08:00", "2026-12-01T08:30:05+08:00")


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


@pytest.fixture
def bureau(cloned, database_url, tmp_path, server):
    return Bureau(cloned, database_url, tmp_path, CRM_ENV="test", CRM_CLOCK=MONDAY, CRM_SMTP_URL=server.url)


def test_a_visit_logged_on_a_phone_comes_back_as_one_mail_on_the_right_morning(bureau, browser, server):
    way_in = bureau.command("create-admin", "高峰", "--mobile", "13800000007").splitlines()[-1]
    with bureau.at_work():
        administrator = Person(bureau, browser).open(way_in).set_password()
        import_roster(administrator)
        code = invite_by_slip(administrator)
        official = Person(bureau, browser, size=PHONE).open("/invitation").fill(code=code).press("继续").set_password()
        firm, due = log_visit(official)
        assert due == "2026-11-30"
    assert server.received == [], "nothing is due yet"

    with bureau.on(DUE).at_work():
        until(lambda: server.to(ADDRESS), 60)
        settle(bureau, browser, link_in(server, firm))

    with bureau.on(NEXT).at_work():
        counts = bureau.command("send-reminders", "--once")
        assert re.findall(r"\d+", counts) == ["0"] * 7, counts
    assert list(server.counted().values()) == [1]
    assert len(server.received) == 1


def import_roster(administrator: Person) -> None:
    """The file as the bureau has it; nothing is corrected by hand."""
    imports.check(administrator, ROSTER)
    imports.write(administrator, "写入 60 行")


def invite_by_slip(administrator: Person) -> str:
    """The official gets an address and a slip; returns the code on it."""
    administrator.open(f"/people?q={OFFICIAL}&show=all").press(f"^{OFFICIAL}")
    administrator.press("^编辑$").fill(email=ADDRESS).press("^保存$")
    administrator.press("开通账号").press("开通账号|生成|发放")
    return administrator.page.locator(".slip-code").inner_text()


def link_in(server, firm: str) -> str:
    """The one link of the one mail, which names the firm and quotes nothing."""
    [mail] = server.to(ADDRESS)
    assert mail.message["Subject"].startswith("【提醒】") and "工作提醒 1 项" in mail.message["Subject"]
    assert firm in mail.text and "增容" not in mail.text
    [link] = links(mail, lambda url: "/followups/" in url)
    return link


def settle(bureau: Bureau, browser, link: str) -> None:
    """On a device that is not signed in: sign in, land on the follow-up, say it is done."""
    assert link.startswith(f"{bureau.url}/")
    at_desk = Person(bureau, browser, size=PHONE).open(link)
    assert "/sign-in?next=" in at_desk.page.url
    at_desk.fill(name=ADDRESS, password=PASSWORD)
    at_desk.page.click("#sign-in .btn-primary")
    at_desk.page.wait_for_url(link)
    say_done(at_desk, "2026-11-23")
    expect(at_desk.main).to_contain_text("没有未办结事项")
