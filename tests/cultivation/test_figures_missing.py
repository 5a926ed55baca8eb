"""Whose annual figures of the last year are missing: a filter, a number, and nothing for who sees no figures."""

from datetime import date

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.cultivation import lists
from crm.enterprises.models import Standing
from crm.enterprises.presence import leave
from crm.tiers.annual.models import PeriodFigures


@pytest.fixture
def told():
    def enter(firm, year, months=12, **more):
        made = {"revenue": 120_000_000, "source": "enterprise", "entered_by_name": "林晓", **more}
        with writing():
            db.session.add(PeriodFigures(enterprise_id=firm.id, year=year, months=months, **made))

    return enter


@pytest.fixture
def firms(make, cast, way, told):
    """甲 to 己 on the equity exchange: with figures, none, of half a year, of the year before, withdrawn, none but
    gone; 庚 on no rung without figures, 辛 on a key list alone."""
    found = {
        name: make.enterprise(f"{name}企业", unit=cast.section, commissioner=cast.lin) for name in "甲乙丙丁戊己庚辛"
    }
    for name in "甲乙丙丁戊己":
        way.baseline("REX", "REX_LISTED", "2020-01-05", firm=found[name])
    told(found["甲"], 2025), told(found["丙"], 2025, 6), told(found["丁"], 2024)
    told(found["戊"], 2025, ended_at=clock.now(), ended_as="withdrawn")
    with writing():
        leave(found["己"], Standing.MOVED_OUT, on=clock.today(), reason="外迁", by=cast.manager)
        made = lists.make("NEEQ_KEY", 2026, date(2026, 1, 5), name="名单", by=cast.clerk)
        lists.enter(made, [found["辛"]], from_on=date(2026, 1, 5), reason="申报", by=cast.clerk)
    return found


def names(page, address):
    page.open(address)
    found = {"".join(head.itertext()).strip() for head in page.all("th", scope="row")}
    return found - {"杭州样板股份有限公司"}


LACKING = {"乙企业", "丙企业", "丁企业", "戊企业"}


def test_the_list_and_the_table_find_who_lacks_them(page, firms, cast):
    page.as_(cast.manager)
    assert names(page, "/enterprises?figures=missing") == LACKING | {"庚企业", "辛企业"}
    assert "经营数据：缺 2025 年度数据" in page.text
    assert names(page, "/enterprises?figures=missing&rung=any") == LACKING | {"辛企业"}
    assert names(page, "/board/table?figures=missing") == LACKING
    assert names(page, "/enterprises?figures=anything") == set() == names(page, "/board/table?figures=anything")
    board = page.open("/board?figures=missing").text
    assert "辛企业" in board and "乙企业" in board and "甲企业" not in board
    ledger = page.client.get("/board/export?format=csv&figures=missing").data.decode("utf-8-sig")
    assert "乙企业" in ledger and "甲企业" not in ledger


def test_the_number_on_the_head_figures_opens_them(page, firms, cast):
    page.as_(cast.manager).open("cultivation.head_figures")
    card = next(a for a in page.all("a") if "缺 2025 年度经营数据" in "".join(a.itertext()))
    assert next(card.iter("span")).text == "5"
    assert names(page, card.get("href")) == LACKING | {"辛企业"}


def test_a_new_year_asks_for_the_year_that_has_ended(page, firms, cast, now):
    now.set("2027-01-04T09:00:00+08:00")
    page.as_(cast.manager)
    assert "甲企业" in names(page, "/enterprises?figures=missing") and "缺 2026 年度数据" in page.text


def test_who_may_not_see_figures_gets_neither_filter_nor_number(page, firms, cast):
    page.as_(cast.admin)
    for address in ("/enterprises", "/board", "/board/table"):
        assert 'name="figures"' not in page.client.get(address).text, address
        assert names(page, f"{address}?figures=missing") == set(), address
    assert "乙企业" not in page.client.get("/board?figures=missing").text
    assert "经营数据" not in page.client.get("/figures").text
    text = page.client.get("/enterprises/export?format=csv&figures=missing").data.decode("utf-8-sig")
    assert "乙企业" not in text


def test_who_sees_figures_of_his_own_firms_alone_is_told_of_those_alone(page, firms, make, cast, way):
    """An administrator sees all firms, and the figures of those he serves."""
    own = make.enterprise("自管企业", unit=cast.section, commissioner=cast.admin)
    way.baseline("REX", "REX_LISTED", "2020-01-05", firm=own)
    page.as_(cast.admin)
    assert names(page, "/enterprises?figures=missing") == {"自管企业"} == names(page, "/board/table?figures=missing")
    page.open("cultivation.head_figures")
    card = next(a for a in page.all("a") if "缺 2025 年度经营数据" in "".join(a.itertext()))
    assert next(card.iter("span")).text == "1"


def test_a_plan_one_may_not_see_puts_no_firm_on_the_ladder(page, make, cast, way, firms):
    secret = make.enterprise("金丝雀企业", unit=cast.section, commissioner=cast.lin)
    way.baseline("IPO", "IP_ENGAGED", "2026-01-05", firm=secret)
    assert "金丝雀企业" in names(page.as_(cast.manager), "/enterprises?rung=any")
    assert "金丝雀企业" not in names(page.as_(cast.admin), "/enterprises?rung=any")
    assert "乙企业" in names(page, "/enterprises?rung=any")
