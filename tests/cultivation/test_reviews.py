"""The same tracks as a table and a ledger; reviewed one after another, with what was decided as a follow-up."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.cultivation import planning, reviewing
from crm.cultivation.models import Track
from crm.cultivation.plan_models import TrackOutlook, TrackReview
from crm.cultivation.reviewing import Decided
from crm.cultivation.rules.plan import Plan
from crm.followups.models import Followup
from crm.tiers.annual.models import PeriodFigures

LEDGER = (
    "序号", "企业名称", "统一社会信用代码", "所属行业", "法定代表人", "主办券商（保荐）/会所/律所", "是否股份公司",
    "目标板块", "当前阶段", "阶段日期", "下一节点及预计时间", "近三年营收/净利润（万元）", "存在问题", "需协调单位",
    "服务专员", "联系领导",
)  # fmt: skip


@pytest.fixture
def bureau(make, cast, way):
    def begun(kind, state, days, *, by=cast.lin, name="", **more):
        firm = make.enterprise(name, unit=cast.section, commissioner=by)
        way.baseline(kind, state, (clock.today() - timedelta(days=days)).isoformat(), firm=firm, **more)
        return db.session.scalars(select(Track).where(Track.enterprise_id == firm.id)).one()

    return begun


@pytest.fixture
def three(bureau, cast):
    """甲 on the New Third Board's way with a plan, 乙 quoted, 丙 with a plan of a listing."""
    tracks = [
        bureau("NEEQ", "NQ_REFORMED", 200, name="甲样本有限公司"),
        bureau("NEEQ", "NQ_BASE", 900, name="乙样本有限公司"),
        bureau("IPO", "IP_ENGAGED", 20, name="丙金丝雀股份有限公司"),
    ]
    expected = Plan("", date(2027, 3, 1), date(2027, 9, 1), "sure", "确权", "department")
    with writing():
        planning.plan(tracks[0], expected, seq=1, by=cast.lin)
    return tracks


def names(page):
    return [row[0] for row in rows(page)]


def rows(page):
    body = page.all("tbody")[0]
    return [["".join(cell.itertext()).strip() for cell in row] for row in body]


def test_the_table_shows_and_sorts_what_the_board_shows(page, three, cast):
    page.as_(cast.manager).open("/board/table")
    assert names(page) == ["丙金丝雀股份有限公司", "甲样本有限公司", "乙样本有限公司"]
    page.open("/board/table?sort=-goal&goal=sure")
    assert rows(page)[0][1:10] == [
        "新三板", "股改完成", "2026-05-07", "--", "2027-03-01", "2027-09", "确保", "确权", "其他部门",
    ]  # fmt: skip
    for column in ("kind", "since", "next", "goal", "class", "move", "slips", "commissioner", "reviewed", "again"):
        page.open(f"/board/table?sort={column}")
        assert len(names(page)) == 3
    page.as_(cast.admin).open("/board/table?q=样本")
    assert "金丝雀" not in page.text and len(names(page)) == 2


def test_the_ledger_has_the_columns_of_the_form_and_the_rows_one_may_export(page, three, cast):
    with writing():
        told = {"revenue": 120_000_000, "net_profit": -15_005_000, "source": "enterprise", "entered_by_name": "林晓"}
        db.session.add(PeriodFigures(enterprise_id=three[0].enterprise_id, year=2025, months=12, **told))
    page.as_(cast.manager).open("/board/table?kind=NEEQ")
    link = next(a.get("href") for a in page.all("a") if "format=xlsx" in (a.get("href") or ""))
    content = page.client.get(link).data
    sheet = load_workbook(BytesIO(content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "上市挂牌培育台账"
    head = next(n for n, row in enumerate(cells) if row[0] == "序号")
    assert tuple(cells[head]) == LEDGER
    assert cells[head + 1][1] == "甲样本有限公司" and cells[head + 1][6:15] == [
        "是", "新三板", "股改完成", cells[head + 1][9], "券商内核通过 2027-03-01；挂牌（上市）：2027-09",
        "2025：12,000 / -1,500.5", "确权",
        "其他部门", "林晓",
    ]  # fmt: skip
    assert cells[head + 2][6] == "否"
    for who, sees in ((cast.manager, True), (cast.auditor, True), (cast.admin, False)):
        page.as_(who)
        text = page.client.get("/board/export?format=csv").data.decode("utf-8-sig")
        assert ("金丝雀" in text) is sees and ("12,000" in text) is sees, who.name
    assert page.client.get("/board/export?format=pdf").status_code == 404


def test_the_table_costs_no_more_with_more_rows(page, bureau, cast, count_queries):
    page.as_(cast.manager)

    def cost():
        with count_queries() as seen:
            page.open("/board/table")
        return len(seen)

    for n in range(2):
        bureau("NEEQ", "NQ_POOL", n)
    few = cost()
    for n in range(18):
        bureau("NEEQ", "NQ_REFORMED", n, by=cast.zhou)
    assert cost() == few <= 12


def test_views_are_kept_for_board_and_table(page, three, cast):
    page.as_(cast.manager).open("desk.save_view", listing="tracks", query="goal=sure")
    page.submit(name="确保清单").follow()
    assert "确保清单" in page.text and "乙样本" not in page.text
    page.open("/board/table")
    assert "确保清单" in page.text


def test_a_review_is_one_line_a_next_day_and_what_was_decided(page, three, cast):
    track = three[0]
    page.as_(cast.manager).open("cultivation.review", track_id=track.id)
    assert "确权" in page.text
    page.submit(remark="", expect=422)
    page.submit(remark="等土地证", text="约国土分局碰头", expect=422)
    assert "填写议定事项的完成日期" in page.text
    page.submit(remark="等土地证", next_on="2026-12-20", text="约国土分局碰头", due_on="2026-12-01").follow()
    made = db.session.scalars(select(TrackReview)).one()
    promise = db.session.scalars(select(Followup)).one()
    assert (made.remark, made.by_name, made.followup_id) == ("等土地证", "李军", promise.id)
    assert (promise.text, promise.due_on, promise.owner_id) == ("约国土分局碰头", date(2026, 12, 1), cast.lin.id)
    now = db.session.get_one(TrackOutlook, track.id)
    assert (now.reviewed_on, now.review_next_on, now.goal_class) == (date(2026, 11, 23), date(2026, 12, 20), "sure")
    page.open("desk.enterprise", enterprise_id=track.enterprise_id)
    assert "已审阅" in page.text and "等土地证" in page.text


def test_only_who_answers_for_it_reviews(page, three, cast):
    page.as_(cast.lin).open("cultivation.review", track_id=three[0].id, expect=403)


def test_a_round_walks_those_not_reviewed_this_month(page, three, cast, now):
    page.as_(cast.manager).open("cultivation.begin_round", review="due", expect=303).follow()
    seen = []
    for _ in three:
        seen.append(next("".join(e.itertext()) for e in page.all("h1")))
        assert f"当前筛选共 {4 - len(seen)} 家" in page.text
        page.submit(remark="正常推进").follow()
    assert seen == [f"审阅：{name}" for name in ("丙金丝雀股份有限公司", "甲样本有限公司", "乙样本有限公司")]
    assert "没有符合条件的记录" in page.text
    page.open("cultivation.begin_round", review="due", expect=303)
    assert page.response.headers["Location"] == "/board/table?review=due"
    now.move(days=9)
    page.as_(cast.manager).open("/board/table?review=due")
    assert len(names(page)) == 3


def test_neighbours_are_those_under_the_filters(page, three, cast):
    page.as_(cast.manager).open("cultivation.review_in_round", track_id=three[0].id)
    ends = {a.get("rel"): a.get("href") for a in page.all("a") if a.get("rel") in ("prev", "next")}
    assert ends == {"prev": f"/board/round/{three[2].id}", "next": f"/board/round/{three[1].id}"}
    page.open("cultivation.review_in_round", track_id=three[0].id, kind="NEEQ")
    assert [a.get("rel") for a in page.all("a") if a.get("rel") in ("prev", "next")] == ["next"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"remark": " "}, "remark"),
        ({"remark": "好", "next_on": date(2026, 11, 23)}, "next_on"),
        ({"remark": "好", "decided": Decided("做", None, None)}, "due_on"),
    ],
)
def test_what_is_no_review(three, cast, given, field):
    with pytest.raises(RuleBroken) as broken, writing():
        reviewing.review(three[0], by=cast.manager, **given)
    assert broken.value.obstacles[0].field == field
