"""The same job as a visitor of the demonstration sees it: one phone, the banner's clock, the mailbox inside."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE
from tests.journeys.bureau import Bureau, Person
from tests.journeys.visits import WORDS, log_visit, say_done

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
LONGEST = 9
"""Working mornings until a day a week ahead has come, whatever holidays lie between."""


@pytest.fixture
def demo(cloned, database_url, tmp_path):
    """As `python3 tasks.py run` makes it: initialise, fill, say who can sign in."""
    bureau = Bureau(cloned, database_url, tmp_path, CRM_ENV="demo")
    bureau.command("seed-demo")
    return bureau


def test_a_visit_comes_back_as_one_mail_in_the_demonstration(demo, browser):
    name, password = commissioner(demo.command("demo-accounts"))
    with demo.at_work():
        phone = Person(demo, browser, size=PHONE).open("/sign-in").fill(name=name, password=password)
        phone.press("^登录$").page.wait_for_selector(".phonebar")
        firm, due = log_visit(phone)
        followup = phone.main.locator("a[href^='/followups/']").first.get_attribute("href")
        visited_on = today(phone.open("/demo/mailbox"))
        assert mails_with(phone, followup) == []

        until_morning(phone, due)
        [mail] = mails_with(phone, followup)
        phone.open(mail)
        expect(phone.main).to_contain_text(firm)
        assert WORDS not in phone.text, "a mail quotes nothing"
        phone.main.locator(f"a[href$='{followup}']").first.click()
        say_done(phone, visited_on)

        next_morning(phone)
        assert mails_with(phone, followup) == [mail], "nothing more comes of it"


def commissioner(accounts: str) -> tuple[str, str]:
    """Sign-in name and password of the first one without a duty of another kind."""
    line = next(line for line in accounts.splitlines() if "服务专员" in line)
    _name, _duty, sign_in, password = line.split()
    return sign_in, password


def today(phone: Person) -> str:
    """As the mailbox tells it."""
    return re.search(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", phone.page.get_by_text("不会发到外面").inner_text()).group()


def next_morning(phone: Person) -> str:
    """Press the banner's button; the day it has become."""
    with phone.page.expect_navigation():
        phone.page.locator(".banners form button").first.click()
    return today(phone)


def until_morning(phone: Person, due: str) -> None:
    for _ in range(LONGEST):
        if (day := next_morning(phone)) >= due:
            assert day == due, "reminded on the day it said"
            return
    raise AssertionError(f"{due} does not come")


def mails_with(phone: Person, link: str) -> list[str]:
    """Addresses of the mails in which this link stands, read one by one as they were received."""
    phone.open("/demo/mailbox")
    shown = [a.get_attribute("href") for a in phone.main.locator("a[href^='/demo/mailbox/']").all()]
    return [mail for mail in dict.fromkeys(shown) if phone.open(mail).main.locator(f"a[href$='{link}']").count()]
