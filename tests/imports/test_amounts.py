"""Money in 万元, 亿元 or dollars, approximate or exact, becomes whole units; what is not one amount is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports import amounts
from crm.imports.amounts import Amount
from tests.imports.made import cell, value, why

pytestmark = pytest.mark.rules


@pytest.mark.parametrize(
    ("written", "unit", "amount"),
    [
        (5000, "万元", Amount(50_000_000)),
        ("5000", "万元", Amount(50_000_000)),
        (Decimal("1234.56789"), "万元", Amount(12_345_679)),
        ("1.5", "亿元", Amount(150_000_000)),
        (5_000_000, "元", Amount(5_000_000)),
        (5000, None, Amount(50_000_000)),
        ("5000万", "元", Amount(50_000_000)),
        ("1.2亿", "万元", Amount(120_000_000)),
        ("3千万", "万元", Amount(30_000_000)),
        ("5,000,000元", "万元", Amount(5_000_000)),
        ("５０００万元整", "万元", Amount(50_000_000)),
        ("人民币5000万元", "万元", Amount(50_000_000)),
        ("5000万元人民币", "万元", Amount(50_000_000)),
        ("5000（万元）", None, Amount(50_000_000)),
        ("5000 yuan", "万元", Amount(5000)),
        ("￥5000万", "万元", Amount(50_000_000)),
        ("约500", "万元", Amount(5_000_000, is_approximate=True)),
        ("500余万", "元", Amount(5_000_000, is_approximate=True)),
        ("500万左右", "元", Amount(5_000_000, is_approximate=True)),
        ("500万美元", "万元", Amount(5_000_000, "USD")),
        ("USD 500万", "万元", Amount(5_000_000, "USD")),
        ("约300万欧元", "万元", Amount(3_000_000, "EUR", is_approximate=True)),
        ("500港币", "万元", Amount(500, "HKD")),
        (0, "万元", Amount(0)),
        (300, "千元", Amount(300_000)),
        (300, "万美元", Amount(3_000_000, "USD")),
        (300, "港元", Amount(300, "HKD")),
        ("300万", "美元", Amount(3_000_000, "USD")),
        ("300万元", "万美元", Amount(3_000_000)),
        ("人民币300万", "万美元", Amount(3_000_000)),
        ("300欧元", "万美元", Amount(300, "EUR")),
    ],
)
def test_amounts_become_whole_units_of_their_currency(written, unit, amount):
    assert value(amounts.money(cell(written), unit)) == amount


@pytest.mark.parametrize(
    "written",
    ["5,00", "500-1000", "五百万", "500万美元（折合3500万元）", "100%", "10万元20万元", True, date(2014, 5, 3)],
)
def test_what_is_not_one_amount_is_refused(written):
    assert "not one amount" in why(amounts.money(cell(written), "万元"))


@pytest.mark.parametrize("written", [-5, "99999999999999亿"])
def test_an_impossible_amount_is_refused(written):
    assert "cannot be an amount" in why(amounts.money(cell(written), "万元"))


def test_an_approximate_or_foreign_amount_is_remarked_on():
    assert "approximate" in str(amounts.money(cell("约500"), "万元").note)
    assert "USD" in str(amounts.money(cell("500万美元"), "万元").note)
    assert amounts.money(cell("500万元"), "万元").note is None


@given(st.decimals(0, 99_999_999, places=4), st.sampled_from(["{}", "{}万", "{}万元", "{:,}"]))
def test_no_amount_of_wan_loses_a_yuan(figure, form):
    assert value(amounts.money(cell(form.format(figure)), "万元")).units == figure * 10_000


@pytest.mark.parametrize(
    ("written", "read"), [(300, 300), ("300人", 300), ("约300", 300), ("1,200", 1200), ("1.2万", 12000)]
)
def test_people_are_counted(written, read):
    assert value(amounts.count(cell(written))) == read


@pytest.mark.parametrize("written", ["3.5", -3, "若干", "300-500"])
def test_no_count_is_refused(written):
    assert "digits only" in why(amounts.count(cell(written)))
