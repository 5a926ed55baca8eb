"""A messy roster becomes a register with one commissioner for each enterprise."""

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE
from tests.journeys.bureau import ROOT, Bureau, Person

pytestmark = pytest.mark.proof  # until it has been seen green on a clean clone

ROSTER = ROOT / "tests" / "data" / "roster_sample.xlsx"
FIRST_DAY, BEFORE = "2026-03-02", "2026-03-01"
SUMMER = "2026-06-01"
FIRM, CODE = "杭州东升医疗器械股份有限公司", "91330101MA1TJ3Y7LL"
OFFICIALS = {"杜建", "黎静", "邹英", "尹浩", "冯丽", "谭静明"}
SERVES, TAKES_OVER = "杜建", "黎静"


@pytest.fixture
def bureau(cloned, database_url, tmp_path):
    return Bureau(cloned, database_url, tmp_path, CRM_ENV="test", CRM_CLOCK=f"{FIRST_DAY}T09:00:00+08:00")


def test_from_the_bureaus_sheet_to_a_register_with_one_commissioner_each(bureau, browser):
    way_in = bureau.command("create-admin", "高峰", "--mobile", "13800000007").splitlines()[-1]
    with bureau.at_work():
        administrator = Person(bureau, browser).open(way_in).set_password()
        clerk = join(administrator, Person(bureau, browser), "陈芳", "13800000004", duty="内勤")
        manager = join(administrator, Person(bureau, browser), "李军", "13800000003", duty="主管")

        upload(clerk, ROSTER)
        expect(clerk.main).to_contain_text("核对 roster_sample.xlsx", timeout=60_000)
        assert numbers(clerk) == {"新增": 60, "变更": 0, "无变化": 0, "有问题": 0}
        assert new_officials(clerk) == OFFICIALS
        clerk.press("写入 60 行")
        expect(clerk.main).to_contain_text("已写入")

        manager.open("/enterprises")
        expect(manager.page.locator("#listing")).to_contain_text("60")
        assert set(load(manager)) == OFFICIALS
        assert sum(load(manager).values()) == 60

        code = slip(clerk, SERVES)
        official = Person(bureau, browser, size=PHONE)
        activate(official, code, sign_in_name="13900000001")
        assert firms_of(official) == 10

    with bureau.on(f"{SUMMER}T09:00:00+08:00").at_work():
        hand_over(manager, FIRM, to=TAKES_OVER, note="用电增容已报供电局,6 月回访")
        for day, served_by in (
            (BEFORE, "没有服务专员"),
            (FIRST_DAY, SERVES),
            ("2026-05-31", SERVES),
            (SUMMER, TAKES_OVER),
        ):
            assert served_by in who_served(manager, day), day
        for day, served_by in ((FIRST_DAY, SERVES), (SUMMER, TAKES_OVER)):
            assert served_by in bureau.command("serving", CODE, "--on", day)
        assert firms_of(official) == 9


def join(administrator: Person, newcomer: Person, name: str, mobile: str, *, duty: str) -> Person:
    """Added by the administrator, given a duty, handed a slip; sets his own password with its code."""
    administrator.open("/people/new").fill(name=name, mobile=mobile).press("保存")
    administrator.fill(role=duty).press("授予")
    return activate(newcomer, slip(administrator, name))


def slip(giver: Person, name: str) -> str:
    giver.open(f"/people?q={name}&show=all").press(f"^{name}")
    giver.press("开通账号").press("开通账号|生成|发放")
    card = giver.page.locator(".slip-card", has_text=name)
    return card.locator(".slip-code").inner_text()


def activate(person: Person, code: str, **fields: str) -> Person:
    return person.open("/invitation").fill(code=code).press("继续").set_password(**fields)


def upload(clerk: Person, file) -> None:
    clerk.open("/imports/new")
    clerk.page.set_input_files("#file", file)
    clerk.press("^上传$").press("^核对$")


def numbers(clerk: Person) -> dict[str, int]:
    cards = clerk.page.locator(".numbers .number")
    return {card.locator(".label").inner_text(): int(card.locator(".value").inner_text()) for card in cards.all()}


def new_officials(clerk: Person) -> set[str]:
    return set(clerk.page.locator("#block-officials p").first.inner_text().split("、"))


def load(manager: Person) -> dict[str, int]:
    manager.open("/assignments/load")
    rows = manager.page.locator("tbody tr").all()
    found = {row.locator("td").nth(0).inner_text(): int(row.locator("td").nth(2).inner_text()) for row in rows}
    return {name: serves for name, serves in found.items() if serves}


def firms_of(official: Person) -> int:
    official.open("/enterprises?mine=1")
    return official.page.locator("#listing tbody tr").count()


def hand_over(manager: Person, firm: str, *, to: str, note: str) -> None:
    manager.open(f"/enterprises?q={firm}")
    with manager.page.expect_navigation():
        manager.page.locator("#listing tbody").get_by_role("link", name=firm).click()
    address = manager.page.url.split("?")[0]
    manager.open(f"{address}/hand-over").fill(to=to, note=note).press("^移交$")
    expect(manager.main).to_contain_text(to)
    manager.open(address)


def who_served(manager: Person, day: str) -> str:
    manager.open(f"{manager.page.url.split('?')[0]}?tab=serving&on={day}")
    return manager.page.locator("#served").inner_text()
