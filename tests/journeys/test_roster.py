"""A messy roster becomes a register with one commissioner for each enterprise, and a messier one is mended."""

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser import PHONE
from tests.imports import dirty
from tests.journeys import imports
from tests.journeys.bureau import ROOT, Bureau, Person

pytestmark = pytest.mark.browser

ROSTER = ROOT / "tests" / "data" / "roster_sample.xlsx"
FIRST_DAY, BEFORE = "2026-03-02", "2026-03-01"
SUMMER = "2026-06-01"
FIRM, CODE = "杭州东升医疗器械股份有限公司", "91330101MA1TJ3Y7LL"
OFFICIALS = {"杜建", "黎静", "邹英", "尹浩", "冯丽", "谭静明"}
SERVES, TAKES_OVER = "杜建", "黎静"


@pytest.fixture
def bureau(cloned, database_url, tmp_path):
    return Bureau(cloned, database_url, tmp_path, CRM_ENV="test", CRM_CLOCK=f"{FIRST_DAY}T09:00:00+08:00")


def test_from_the_bureaus_sheet_to_a_register_with_one_commissioner_each(bureau, browser, tmp_path):
    way_in = bureau.command("create-admin", "高峰", "--mobile", "13800000007").splitlines()[-1]
    with bureau.at_work():
        administrator = Person(bureau, browser).open(way_in).set_password()
        clerk = join(administrator, Person(bureau, browser), "陈芳", "13800000004", duty="内勤")
        manager = join(administrator, Person(bureau, browser), "李军", "13800000003", duty="主管")

        imports.check(clerk, ROSTER)
        assert imports.numbers(clerk) == {"新增": 60, "变更": 0, "无变化": 0, "有问题": 0}
        assert imports.new_officials(clerk) == OFFICIALS
        imports.write(clerk, "写入 60 行")

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

        list_the_people(clerk, tmp_path)
        mend_the_dirty_one(clerk, tmp_path)
        imports.check(clerk, imports.export(clerk, tmp_path))
        assert imports.numbers(clerk) == {"新增": 0, "变更": 0, "无变化": 74, "有问题": 0}


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


def list_the_people(clerk: Person, folder) -> None:
    """The list of officials comes first: two of them have the same name."""
    book = openpyxl.Workbook()
    for row in (("姓名", "单位"), ("张伟", "企业服务科"), ("张伟", "市场监管分局"), ("徐建国", "")):
        book.active.append(row)
    book.save(folder / "通讯录.xlsx")
    imports.check(clerk, folder / "通讯录.xlsx", kind="通讯录")
    assert imports.numbers(clerk)["新增"] == 3
    imports.write(clerk, "写入 3 行")


def mend_the_dirty_one(clerk: Person, folder) -> None:
    """The sound rows are written at once; the others come back marked, are mended and written too."""
    imports.check(clerk, dirty.write(folder))
    assert imports.errors(clerk) == dirty.ERRORS
    assert imports.numbers(clerk) == {"新增": 8, "变更": 0, "无变化": 0, "有问题": 6}
    imports.write(clerk, "只写入通过的 8 行")

    marked = imports.error_book(clerk, folder)
    book = openpyxl.load_workbook(marked)
    sheet = book[dirty.SHEET]
    for (row, column), words in dirty.MENDED.items():
        assert sheet.cell(row, column).fill.fill_type == "solid", (row, column)
        assert sheet.cell(row, len(dirty.UPPER) + 1).value, row
        sheet.cell(row, column).value = words
    book.save(marked)

    imports.check(clerk, marked)
    assert imports.numbers(clerk) == {"新增": 6, "变更": 0, "无变化": 8, "有问题": 0}
    imports.write(clerk, "写入 6 行")
    clerk.open("/enterprises?q=瑞康")
    expect(clerk.page.locator("#listing")).to_contain_text("杭州瑞康新材料有限公司")
