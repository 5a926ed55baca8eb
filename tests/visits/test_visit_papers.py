"""Words for the group, the slip to take along, the ledger as the bureau prints it, and the way through the list."""

import io
from datetime import date
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from crm.core.db import db, writing
from crm.desk.visit_ledger import state_of
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.visits.ledger_figures import visits_due
from crm.visits.models import VisitState
from tests.visits.listing import visit


@pytest.fixture
def firm(make, cast):
    return make.enterprise(
        "杭州和达生物技术有限公司", short_name="和达生物", unit=cast.section, commissioner=cast.lin, contact="王海燕",
        phone="13905711234", tier="T1",
    )  # fmt: skip


def asked_and_promised(firm, made, owner):
    with writing():
        for kind, text in (("request", "用电增容"), ("followup", "送政策汇编")):
            db.session.add(Followup(
                enterprise_id=firm.id, owner_id=owner.id, kind=kind, text=text, due_on=date(2026, 12, 1),
                origin_kind="visit", origin_id=made.id,
            ))  # fmt: skip


def test_a_visit_a_day_and_a_week_as_words_for_the_group(page, make, cast, firm):
    one = visit(firm, cast.lin, text="订单增长两成")
    asked_and_promised(firm, one, cast.lin)
    visit(firm, cast.lin, text="上周的事", days_ago=7)
    visit(firm, cast.lin, text="作废的事", state=VisitState.VOIDED)
    visit(firm, cast.zhou, text="同事的事", met="", is_not_met=True)
    page.as_(cast.lin)

    def words(address):
        found = page.open(address).all("textarea")
        return found[0].text if found else ""

    assert words(f"/visits/text?id={one.id}") == (
        "【走访】11月23日 林晓走访和达生物，接待：王总。\n一、走访内容：订单增长两成\n二、诉求：用电增容\n"
        "三、下步：送政策汇编（12-01）"
    )
    assert words("/visits/text") == words(f"/visits/text?id={one.id}"), "my visits of today"
    assert words("/visits/text?author=me&from=2026-11-16&to=2026-11-22") == (
        "【走访】11月16日 林晓走访和达生物，接待：王总。上周的事"
    )
    everything = words("/visits/text?from=2026-11-01&to=2026-11-30&state=all")
    assert "同事的事" in everything and "作废的事" not in everything
    for secret in ("13905711234", "王海燕", "T1", firm.credit_code):
        assert secret not in everything
    assert "没有可汇报的走访" in page.as_(cast.stranger).open(f"/visits/text?id={one.id}").text


def test_the_slip_names_contact_last_visit_and_what_is_open(page, make, cast, firm):
    made = visit(firm, cast.lin, text="上次谈了改制")
    asked_and_promised(firm, made, cast.lin)
    make.enterprise("别人的企业", unit=cast.elsewhere)
    page.as_(cast.lin).open("/visits/slips")

    for word in ("和达生物", "王海燕", "13905711234", "上次谈了改制", "送政策汇编", "经济发展局"):
        assert word in page.text
    assert "别人的企业" not in page.text and len(page.all("section", **{"class": "visit-slip"})) == 1
    masked = page.as_(cast.manager).open(f"/visits/slips?id={firm.id}").text
    assert "139****1234" in masked and "13905711234" not in masked
    assert "没有选中企业" in page.as_(cast.stranger).open(f"/visits/slips?id={firm.id}").text


def ledger(page, month):
    page.open(f"/visits/ledger?month={month}")
    sheet = load_workbook(io.BytesIO(page.response.data)).active
    return sheet, [list(row) for row in sheet.iter_rows(values_only=True)]


def test_the_ledger_has_the_bureaus_columns_totals_and_name(page, make, cast, firm):
    visit(firm, cast.lin), visit(firm, cast.zhou, days_ago=3), visit(firm, cast.lin, days_ago=60)
    visit(firm, cast.lin, state=VisitState.VOIDED), visit(firm, cast.lin, kind="call")
    asked_and_promised(firm, visit(firm, cast.lin, kind="call"), cast.lin)
    make.enterprise("还没去的企业", unit=cast.section)
    sheet, rows = ledger(page.as_(cast.manager), "2026-11")

    assert rows[0][0] == "2026年11月走访台账"
    assert rows[2] == [
        "序号", "企业名称", "企业层级", "服务专员", "联系领导", "应走访次数", "实走访次数", "最近走访日期", "距今天数",
        "下次应走访日期", "状态", "收集诉求数", "未销号数", "备注",
    ]  # fmt: skip
    mine = next(row for row in rows if row[1] == firm.name)
    assert (mine[3], mine[5], mine[6], mine[8], mine[10:13]) == ("林晓", 1, 2, 0, ["正常", 1, 1])
    assert rows[-2][0] == "合计" and rows[-2][6] == 2
    assert sheet.page_setup.orientation == "landscape"
    assert quote("2026年11月走访台账") in page.response.headers["Content-Disposition"]


def test_the_paper_of_a_past_month_says_how_it_stood_then(page, make, cast, now):
    firm = make.enterprise("杭州十月科技有限公司", commissioner=cast.lin, tier="T1", since=date(2026, 1, 4))
    visit(firm, cast.lin, days_ago=40)
    with writing():
        asked = followups.add(
            firm, owner=cast.lin, text="用电增容", due_on=date(2026, 12, 1), by=cast.lin, kind="request"
        )
    visit(firm, cast.lin, days_ago=2)
    _sheet, rows = ledger(page.as_(cast.manager), "2026-10")
    row = next(row for row in rows if row[1] == firm.name)

    assert asked.id
    assert row[6] == 1 and f"{row[7]}"[:10] == "2026-10-14" and row[8] == 17
    assert row[11:13] == [0, 0]


def test_due_visits_follow_the_cadence_and_the_state_the_due_day():
    november, year = (date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 1, 1), date(2026, 12, 31))
    assert visits_due(None, 1, *november) == 0
    assert visits_due(date(2026, 3, 18), 6, *year) == 2 and visits_due(date(2027, 3, 18), 6, *november) == 0
    assert visits_due(date(2026, 11, 30), 6, *november) == 1 and visits_due(date(2025, 1, 1), 6, *november) == 1
    assert visits_due(date(2026, 1, 31), 1, *year) == 12
    states = [
        state_of(day, date(2026, 11, 23)) for day in (None, date(2026, 11, 22), date(2026, 11, 30), date(2026, 12, 1))
    ]
    assert [str(state) for state in states] == ["", "overdue", "nearly due", "in time"]


def test_from_a_visit_one_goes_on_within_the_filters_of_the_list(page, cast, firm):
    made = [visit(firm, cast.lin, days_ago=n, kind=kind) for n, kind in ((3, "onsite"), (2, "call"), (1, "onsite"))]
    page.as_(cast.lin).open("/visits?kind=onsite")
    assert f"/visits/{made[2].id}?kind=onsite" in {a.get("href") for a in page.all("a")}
    page.open(f"/visits/{made[2].id}?kind=onsite")
    links = {a.get("rel"): a.get("href") for a in page.all("a") if a.get("rel") in ("prev", "next")}

    assert links == {"next": f"/visits/{made[0].id}?kind=onsite"}


def test_a_call_is_not_told_as_a_visit(page, cast, firm):
    call = visit(firm, cast.lin, kind="call", text="约了下周见面")
    told = page.as_(cast.lin).open(f"/visits/text?id={call.id}").text
    assert "【电话】11月23日 林晓联系和达生物，对接" in told and "【走访】" not in told


def test_the_slip_tells_the_last_visit_not_the_call_after_it(page, cast, firm):
    visit(firm, cast.lin, days_ago=9, text="看了车间")
    visit(firm, cast.lin, kind="call", text="约了下周")
    text = page.as_(cast.lin).open("/visits/slips").text
    assert "看了车间" in text and "约了下周" not in text
    assert "电话" in page.open("desk.print_enterprise", enterprise_id=firm.id).text, "on the paper each says its kind"
