"""Figures brought in as a table, by page and by command: read, asked about, written, taken back, given out again."""

import io

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.imports import queries
from crm.imports.exporting import write_template
from crm.imports.models import ImportRow
from crm.imports.synonyms import recognise, vocabulary
from crm.tiers.annual import exporting
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.rules import MEASURES, SOURCES, Period
from crm.tiers.annual.sheet_rows import RECOGNISED
from crm.timeline import Entry, Level
from tests.imports.conftest import apply, book, check, command, complaints, counts  # noqa: F401 - fixtures
from tests.imports.wizard import bring_to_check, last

WAN = 10_000
HEAD = (
    "企业名称",
    "年度",
    "期间",
    "营业收入（万元）",
    "净利润（元）",
    "净资产收益率",
    "员工人数",
    "经审计",
    "数据来源",
)
NAME = "杭州账本股份有限公司"


def standing():
    db.session.expire_all()
    rows = db.session.scalars(select(PeriodFigures).where(PeriodFigures.ended_at.is_(None)).order_by(PeriodFigures.id))
    return {row.period: row for row in rows}


def test_a_second_row_that_says_more_than_the_first_is_no_repeat(check, book, firm):  # noqa: F811
    row = (NAME, 2024, "", 3000, "", "", "", "", "企业填报")
    told = check(book([HEAD, row, row, (*row[:7], "是", row[8])]), kind="figures", expect=1)
    assert [error["row"] for error in told["errors"]] == [4]


def test_a_table_becomes_figures_in_yuan(apply, book, firm):  # noqa: F811
    told = apply(
        book([
            ("单位：万元",),
            HEAD,
            (NAME, 2024, "", 3000.5, -1_200_000, "8.25%", 80, "是", "审计报告"),
            ("账本", "2025年", "上半年", "1,650", "(500000)", "", "", "", "税务"),
            ("合计", "", "", 4650.5, "", "", "", "", ""),
        ]),
        kind="figures", expect=1,
    )  # fmt: skip
    assert [error["row"] for error in told["errors"]] == [4], "a short name that nobody knows"
    told = apply(
        book([HEAD, (NAME, 2024, "", 3000.5, -1_200_000, "8.25%", 80, "是", "审计报告"),
              (NAME, "2025年", "上半年", "1,650", "(500000)", "", "", "", "税务")]),
        kind="figures",
    )  # fmt: skip
    assert counts(told) == (2, 2, 0, 0)
    year, half = standing().values()
    assert (year.period, year.revenue, year.net_profit, year.roe, year.employees) == (
        Period(2024), 30_005_000, -1_200_000, 825, 80,
    )  # fmt: skip
    assert (year.source, year.is_audited, year.entered_by_name) == ("audit", True, "cli")
    assert (half.period, half.revenue, half.net_profit, half.source) == (Period(2025, 6), 16_500_000, -500_000, "tax")
    assert set(db.session.scalars(select(Entry.level).where(Entry.kind == "figures.entered"))) == {Level.RESTRICTED}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ((NAME, "2025", "二季度", 5), "年度"),
        ((NAME, "", "", 5), "年度"),
        ((NAME, "2026", "", 5), "年度"),
        ((NAME, "2025", "", "500万美元"), "营业收入（万元）"),
        ((NAME, "2025", "", "很多"), "营业收入（万元）"),
        ((NAME, "2025", "", ""), "营业收入（万元）"),
        ((NAME, "2025", "", 5, "", "", -3), "员工人数"),
        ((NAME, "2025", "", 5, "", "", "", "", "听说"), "数据来源"),
        (("杭州没有的有限公司", "2025", "", 5), "企业名称"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_cell(check, book, firm, cells, column):  # noqa: F811
    told = check(book([HEAD, cells]), kind="figures", expect=1)
    assert [error["column"] for error in told["errors"]] == [column]


def test_empty_cells_leave_what_stands_and_what_changes_keeps_it(apply, book, firm, books):  # noqa: F811
    books.enter(2025, revenue=3_000 * WAN, employees=60, source="audit", note="年报")
    same = [HEAD, (NAME, 2025, "", 3000)]
    assert counts(apply(book(same), kind="figures")) == (1, 0, 0, 1)
    told = apply(book([HEAD, (NAME, 2025, "", "", "", "", 65, "是")]), kind="figures")
    assert counts(told) == (1, 0, 1, 0)
    (row,) = standing().values()
    assert (row.revenue, row.employees, row.source, row.note, row.is_audited) == (
        3_000 * WAN,
        65,
        "audit",
        "年报",
        True,
    )
    ended = db.session.scalars(select(PeriodFigures).where(PeriodFigures.ended_at.is_not(None))).one()
    assert (ended.employees, ended.ended_as, ended.ended_by_name) == (60, "corrected", "cli")


def test_the_same_period_twice_in_a_file(check, book, firm):  # noqa: F811
    told = check(book([HEAD, (NAME, 2025, "", 5), (NAME, "2025年", "全年", 5)]), kind="figures")
    assert counts(told) == (2, 1, 0, 0)
    told = check(book([HEAD, (NAME, 2025, "", 5), (NAME, "2025年", "全年", 6)]), kind="figures", expect=1)
    assert complaints(told) == [("名单", 3, "年度", "2025年")]


def test_the_name_of_a_sheet_says_the_year(apply, book, firm):  # noqa: F811
    heads = ("企业名称", "营业收入（万元）")
    apply(book({"2024年": [heads, (NAME, 5)], "2025年上半年": [heads, (NAME, 3)]}), kind="figures")
    assert list(standing()) == [Period(2024), Period(2025, 6)]


def test_slips_are_told_and_left_out_until_somebody_says_they_are_right(apply, check, book, firm, books):  # noqa: F811
    books.enter(2024, revenue=3_000 * WAN)
    path = book([HEAD, (NAME, 2025, "", 33_000_000), (NAME, 2023, "", 2_900)])
    told = check(path, kind="figures")
    assert told["doubtful"] == 1 and any("元填成了万元" in notice for notice in told["notices"])
    apply(path, kind="figures", expect=1)
    assert list(standing()) == [Period(2024), Period(2023)]
    apply(path, "--doubtful", kind="figures")
    assert len(standing()[Period(2025)].doubts) == 1


def test_the_clerk_goes_through_the_pages(page, cast, book, firm, books):  # noqa: F811
    books.enter(2024, revenue=3_000 * WAN)
    path = book([HEAD, (NAME, 2025, "", 33_000), (NAME, 2023, "", 2_900)])
    bring_to_check(page.as_(cast.clerk), path, kind="figures")
    assert "存疑的行" in page.text and "相差 10 倍以上" in page.text and "33,000.00" in page.text
    page.submit(form="write", stands_by_doubts=None)
    assert list(standing()) == [Period(2024), Period(2023)]

    bring_to_check(page, path, kind="figures")
    page.submit(form="write", stands_by_doubts="y").follow()
    assert standing()[Period(2025)].revenue == 33_000 * WAN and standing()[Period(2025)].entered_by_name == "陈芳"
    page.submit(form=undo_form(page))
    assert list(standing()) == [Period(2024), Period(2023)]


def undo_form(page):
    form = next(f for f in page.all("form") if "/undo" in (f.get("action") or ""))
    form.set("id", "undo")
    return "undo"


def test_a_run_with_figures_is_seen_by_its_sender_alone(page, cast, make, book, firm):  # noqa: F811
    from crm.core.db import writing

    with writing():
        other = make.user("另一内勤", unit=cast.bureau, role="clerk")
    bring_to_check(page.as_(cast.clerk), book([HEAD, (NAME, 2025, "", 8_888)]), kind="figures")
    run = last()
    assert db.session.scalars(select(ImportRow.run_id)).all() == [run.id]
    for who in (cast.admin, cast.manager, other):
        page.as_(who).open("imports.run", run_id=run.id, expect=404)
        page.open("imports.rows", run_id=run.id, block="new", expect=404)
        assert db.session.scalars(queries.runs(who)).all() == []
    page.as_(cast.admin).open("imports.upload", kind="figures")
    assert "figures" not in [option.get("value") for option in page.all("option")]


def test_figures_of_other_units_are_refused_by_the_name_of_the_unit(page, cast, make, book):  # noqa: F811
    make.enterprise("杭州别处有限公司", unit=cast.elsewhere)
    bring_to_check(page.as_(cast.clerk), book([HEAD, ("杭州别处有限公司", 2025, "", 5)]), kind="figures")
    assert "市场监管分局" in page.text and not standing()


def test_what_is_given_out_comes_back_without_a_change(page, cast, check, firm, books, tmp_path):  # noqa: F811
    books.enter(2024, revenue=123_456_789, net_profit=-1, roe=-825, employees=3, source="audit", note="并表后")
    books.enter(2025, 9, revenue=1, tax_paid=5, total_assets=9)
    for kind in ("xlsx", "csv"):
        page.as_(cast.lin).client.get("/")
        answer = page.client.get(f"/enterprises/figures/export?enterprise={firm.id}&format={kind}")
        path = tmp_path / f"经营数据.{kind}"
        path.write_bytes(io.BytesIO(answer.data).getvalue())
        assert counts(check(path, kind="figures")) == (2, 0, 0, 2)


def test_the_heads_given_out_and_those_of_the_template_are_understood(tmp_path):
    heads = [("", head) for head in exporting.HEADS.values()]
    assert [match.field for match in recognise(vocabulary("figures"), heads, {})] == list(exporting.HEADS)
    write_template("figures", tmp_path / "t.xlsx")
    assert set(vocabulary("figures").fields) - {"ordinal", "problem"} == set(exporting.HEADS)
    assert set(exporting.HEADS) >= set(MEASURES)


def test_every_source_is_understood_as_it_is_given_out(app):
    from crm.core.pages import speaking

    with speaking("zh_Hans_CN"):
        assert {RECOGNISED[str(words)] for words in SOURCES.values()} == set(SOURCES)
