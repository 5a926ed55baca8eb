"""Annual and quarterly figures on the pages of an enterprise: entered, looked at again, corrected, withdrawn."""

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.rules import Period
from crm.timeline import Entry, Level

WAN = 10_000


def rows():
    db.session.expire_all()
    return db.session.scalars(select(PeriodFigures).order_by(PeriodFigures.id)).all()


def form(page, cast, firm, who="lin", **address):
    return page.as_(getattr(cast, who)).open("tiers.enter_figures", enterprise_id=firm.id, **address)


def test_the_commissioner_enters_a_year_in_ten_thousand_yuan(page, cast, firm):
    form(page, cast, firm, period="2025-12")
    page.submit(form="figures-form", revenue="12,345.6789", net_profit="-80.5", roe="8.25%", employees="120",
                source="enterprise", note="年报初稿")  # fmt: skip

    (row,) = rows()
    assert (row.period, row.revenue, row.net_profit, row.roe, row.employees) == (
        Period(2025), 123_456_789, -805_000, 825, 120,
    )  # fmt: skip
    assert (row.source, row.is_audited, row.note, row.entered_by_name) == ("enterprise", False, "年报初稿", "林晓")
    page.follow()
    assert "12,345.68" in page.text and "-80.50" in page.text and "8.25" in page.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"revenue": "很多"}, "只写数字"),
        ({"revenue": "1,2"}, "只写数字"),
        ({"revenue": "1.23456"}, "小数位"),
        ({"revenue": "9e30"}, "过大"),
        ({"revenue": "NaN"}, "只写数字"),
        ({"employees": "-3"}, "不能为负"),
        ({"employees": "3.5"}, "小数位"),
        ({}, "至少"),
        ({"revenue": "5", "source": ""}, "来源"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(page, cast, firm, typed, words):
    form(page, cast, firm, period="2025-12")
    page.submit(form="figures-form", expect=422, **{"source": "enterprise", **typed})
    assert words in page.text and not rows()


@pytest.mark.parametrize("period", ["2026-12", "2027-3"])
def test_a_period_that_is_not_over_has_no_figures(page, cast, firm, period):
    form(page, cast, firm, period=period)
    page.submit(form="figures-form", revenue="1", source="enterprise", expect=422)
    assert "尚未结束" in page.text and not rows()


@pytest.mark.parametrize("period", ["2025-4", "1820-12", "x", "2025-12-1", "99999999999-12"])
def test_what_is_no_period_is_no_page(page, cast, firm, period):
    page.as_(cast.lin).open("tiers.enter_figures", enterprise_id=firm.id, period=period, expect=404)


def test_a_slip_is_shown_before_anything_is_saved_and_kept_only_when_somebody_says_it_is_right(page, cast, firm, books):
    books.enter(2024, revenue=3_000 * WAN)
    form(page, cast, firm, period="2025-12")
    page.submit(form="figures-form", revenue="33000000", source="enterprise", expect=422)
    assert "尚未保存" in page.text and "元" in page.text and len(rows()) == 1

    page.submit(form="figures-form", expect=422)
    assert len(rows()) == 1, "pressed again without the tick"
    page.submit(form="figures-form", is_right="y", revenue="90000", expect=422)
    assert len(rows()) == 1, "the tick stood for other figures"
    page.submit(form="figures-form", is_right="y")
    assert rows()[1].revenue == 90_000 * WAN and len(rows()[1].doubts) == 1
    told = db.session.scalars(select(Entry).where(Entry.kind == "figures.entered").order_by(Entry.id.desc())).first()
    assert told.level == Level.RESTRICTED and len(told.body["stood_by"]) == 1
    page.follow()
    assert "异常已确认" in page.text


def test_a_correction_keeps_what_stood_before(page, cast, firm, books):
    books.enter(2025, revenue=1_000 * WAN, employees=30)
    form(page, cast, firm, who="clerk", period="2025-12")
    page.submit(form="figures-form", revenue="1200", source="audit")

    before, after = rows()
    assert (before.revenue, before.ended_as, before.ended_by_name) == (1_000 * WAN, "corrected", "陈芳")
    assert (after.revenue, after.employees, after.is_audited, after.ended_at) == (1_200 * WAN, 30, True, None)
    told = db.session.scalars(select(Entry).where(Entry.kind == "figures.corrected")).one()
    assert told.body["figures"] == {"revenue": [1_000 * WAN, 1_200 * WAN]}
    page.follow()
    assert "1,000.00" in page.text and "1,200.00" in page.text
    page.open("desk.enterprise", enterprise_id=firm.id, tab="audit")
    assert "1,000.00 → 1,200.00" in page.text


def test_the_same_figures_again_make_no_row(page, cast, firm, books):
    books.enter(2025, revenue=1_000 * WAN)
    form(page, cast, firm, period="2025-12")
    page.submit(form="figures-form")
    assert len(rows()) == 1


def test_two_who_correct_at_once_do_not_overwrite_each_other(page, cast, firm, books):
    books.enter(2025, revenue=1_000 * WAN)
    form(page, cast, firm, period="2025-12")
    books.enter(2025, revenue=1_100 * WAN, by=cast.clerk)
    page.submit(form="figures-form", revenue="1200", expect=422)
    assert "同时" in page.text and [row.revenue for row in rows()] == [1_000 * WAN, 1_100 * WAN]
    page.submit(form="figures-form")
    assert [row.revenue for row in rows() if row.ended_at is None] == [1_200 * WAN]


def test_figures_of_another_firm_are_withdrawn_and_stay_in_the_record(page, cast, firm, books):
    books.enter(2025, revenue=1_000 * WAN)
    form(page, cast, firm, period="2025-12")
    page.submit(form="withdraw-form", expect=422)
    page.open("tiers.enter_figures", enterprise_id=firm.id, period="2025-12")
    page.submit(form="withdraw-form", **{"withdraw-reason": "录到别家"})
    assert [row.ended_as for row in rows()] == ["withdrawn"] and books.standing() == {}
    page.post("tiers.withdraw_figures", enterprise_id=firm.id, figures_id=rows()[0].id, expect=404)


def test_years_stand_side_by_side_with_their_growth(page, cast, firm, books):
    for year, revenue, profit in ((2022, 1_000, -50), (2023, 1_200, 30), (2024, 900, -10), (2025, 900, -40)):
        books.enter(year, revenue=revenue * WAN, net_profit=profit * WAN)
    books.enter(2026, 6, revenue=500 * WAN, rd_spending=25 * WAN)
    books.enter(2025, 6, revenue=400 * WAN)
    page.as_(cast.leader).open("desk.enterprise", enterprise_id=firm.id, tab="figures")
    for words in ("+20.0%", "-25.0%", "0.0%", "扭亏", "由盈转亏", "增亏", "2026年上半年", "+25.0%", "5.00"):
        assert words in page.text, words
    assert "录入" not in [link.text for link in page.all("a")]


def test_the_page_costs_the_same_for_one_year_and_for_many(page, cast, firm, books, count_queries):
    def asked():
        db.session.expire_all()
        with count_queries() as seen:
            page.open("desk.enterprise", enterprise_id=firm.id, tab="figures")
        return len(seen)

    page.as_(cast.lin)
    books.enter(2025, revenue=WAN)
    asked()
    one = asked()
    for year in range(2010, 2025):
        for months in (3, 12):
            books.enter(year, months, revenue=year * months * WAN)
    assert asked() == one <= 12


def test_an_empty_page_says_what_to_do(page, cast, firm):
    page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id, tab="figures")
    assert "还没有经营数据" in page.text and page.all("select", name="period")
