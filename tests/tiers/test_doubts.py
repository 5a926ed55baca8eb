"""What is hardly right about figures; and periods out of a bureau's own words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.tiers.annual.doubts import doubts
from crm.tiers.annual.rules import MEASURES, MONTHS, Period, ended, recognise
from crm.tiers.annual.showing import growth

WAN = 10_000
LAST = {"revenue": 3_000 * WAN, "net_profit": 200 * WAN, "employees": 80, "total_assets": 5_000 * WAN}


YEAR = Period(2025)


def found(values, *, known=None, **more):
    return [doubt.msgid for doubt in doubts(YEAR, values, known or {}, **more)]


def after(values, before=LAST):
    return found(values, known={Period(2024): before})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"revenue": 30_000 * WAN}, ["more than ten times"]),
        ({"revenue": 300 * WAN}, ["more than ten times"]),
        ({"revenue": 30_000_000 * WAN}, ["Was yuan taken"]),
        ({"revenue": 3_000}, ["Was yuan taken"]),
        ({"revenue": 29_999 * WAN}, []),
        ({"net_profit": -2_000 * WAN}, ["more than ten times"]),
        ({"employees": 801}, ["more than ten times"]),
        ({"employees": 7}, ["more than ten times"]),
        ({"revenue": 0}, []),
    ],
)
def test_a_tenfold_change_is_asked_about_and_a_ten_thousandfold_one_as_a_slip_of_the_unit(values, words):
    asked = after(values)
    assert len(asked) == len(words) and all(part in doubt for part, doubt in zip(words, asked, strict=True))


def test_small_sums_may_change_tenfold():
    assert after({"tax_paid": 60 * WAN}, {"tax_paid": 4 * WAN}) == []
    assert after({"employees": 40}, {"employees": 3}) == []


@pytest.mark.parametrize(
    "values",
    [
        {"revenue": -1},
        {"rd_spending": -1},
        {"tax_paid": -1},
        {"net_assets": -1},
        {"net_assets": 11, "total_assets": 10},
        {"rd_staff": 11, "employees": 10},
        {"tax_paid": 11, "revenue": 10},
        {"rd_spending": 11, "revenue": 10},
        {"net_profit": 11, "revenue": 10},
        {"roe": 10_001},
        {"roe": 8, "net_profit": 80 * WAN, "net_assets": 1_000 * WAN, "revenue": 900 * WAN},
        {"roe": -800, "net_profit": 80 * WAN, "net_assets": 1_000 * WAN},
        {"roe": -10_001},
        {"revenue": 120_000_000 * WAN, "employees": 100},
        {"revenue": 5_000, "employees": 100},
    ],
)
def test_figures_that_do_not_go_together_are_asked_about_once(values):
    assert len(found(values)) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"net_profit": -1},
        {"roe": 600, "net_profit": 80 * WAN, "net_assets": 1_000 * WAN},
        {"roe": 0, "net_profit": 1, "net_assets": 1_000 * WAN},
        {"operating_cash_flow": -1},
        {"net_profit_adjusted": -5},
        {"net_assets": 10, "total_assets": 10, "employees": 10, "rd_staff": 10},
        {"revenue": 0, "employees": 10},
        {"revenue": 5_000 * WAN, "employees": 100, "roe": 10_000},
        {},
    ],
)
def test_losses_and_the_like_are_not(values):
    assert found(values) == []


def test_nine_months_are_not_more_than_the_year_from_either_side():
    nine, year = {"revenue": 500 * WAN}, {"revenue": 400 * WAN}
    for period, values, other, known in ((9, nine, 12, year), (12, year, 9, nine)):
        asked = doubts(Period(2025, period), values, {Period(2025, other): known})
        assert [str(doubt.params["fewer"].msgid) for doubt in asked] == ["January to September %(year)s"]
    assert found({"net_profit": -3}, known={Period(2025, 9): {"net_profit": 5}}) == []
    assert found(year, known={Period(2024, 9): nine}) == []


def test_audited_figures_do_not_yield_in_silence():
    assert found({"revenue": WAN}, replaces_audited=True) == ["Audited figures stand here, these are not audited"]


AMOUNTS = st.none() | st.integers(-(10**13), 10**13)
SAID = st.fixed_dictionaries(dict.fromkeys(MEASURES, AMOUNTS))


@given(SAID, st.dictionaries(st.builds(Period, st.integers(2023, 2025), st.sampled_from(MONTHS)), SAID, max_size=4))
def test_any_figures_can_be_asked_about_in_words(values, known):
    asked = doubts(Period(2025), values, {p: v for p, v in known.items() if p != Period(2025)})
    assert all(str(doubt) and doubt.as_json() for doubt in asked)


@given(SAID)
def test_a_year_like_the_last_one_jumps_nowhere(values):
    assert found(values, known={Period(2024): values}) == found(values)


@pytest.mark.parametrize(
    ("year", "period", "means"),
    [
        ("2025", "", (2025, 12)), ("2025年", "全年", (2025, 12)), ("2025年度", "", (2025, 12)),
        ("2025", "上半年", (2025, 6)), ("2025", "1-6月", (2025, 6)), ("2025", "1—9月", (2025, 9)),
        ("2025", "前三季度", (2025, 9)), ("2025", "一季度", (2025, 3)), ("２０２５年", "１－３月累计", (2025, 3)),
        ("", "2025年1-9月", (2025, 9)), ("2025年上半年", "", (2025, 6)), ("", "2025年报", (2025, 12)),
        ("2025", "2025年1—6月", (2025, 6)), ("2025", "2025年", (2025, 12)), ("FY2025", "", None),
        ("2025", "二季度", None), ("2025", "第四季度", None), ("2025", "Q2", None), ("2025", "1-11月", None),
        ("2025", "3-6月", None), ("25", "", None), ("", "上半年", None), ("2025", "下半年", None),
        ("2025-12-31", "", (2025, 12)), ("2025/6/30", "", (2025, 6)), ("2025-05-31", "", None),
        ("2025年1—9月", "上半年", None), ("2025-12-31", "上半年", None), ("2025", "2024年上半年", None),
        ("2025年上半年", "1-6月", (2025, 6)), ("2025-06-30", "半年报", (2025, 6)),
    ],
)  # fmt: skip
def test_a_bureaus_words_for_a_period(year, period, means):
    assert recognise(year, period) == (Period(*means) if means else None)


def test_periods_that_are_over():
    assert [p.key for p in ended(date(2026, 10, 1), 2)] == [
        "2026-9", "2026-6", "2026-3", "2025-12", "2025-9", "2025-6", "2025-3",
    ]  # fmt: skip
    assert Period(2026, 9) not in ended(date(2026, 9, 30))


@pytest.mark.parametrize(
    ("then", "now", "is_result", "words"),
    [
        (1000, 1234, False, "+23.4%"), (1000, 765, False, "-23.5%"), (2000, 1001, False, "-50.0%"),
        (0, 5, False, None),
        (-5, 5, False, None), (-5, 5, True, "out of the red"), (5, -5, True, "into the red"),
        (-5, -9, True, "a larger loss"), (-9, -5, True, "a smaller loss"), (-5, -5, True, None),
        (0, -5, True, "into the red"), (1, 20_001, False, "+2,000,000.0%"),
    ],
)  # fmt: skip
def test_growth_is_a_percentage_of_what_was_above_zero_and_a_word_for_a_loss(then, now, is_result, words):
    told = growth(now, then, is_result=is_result)
    assert (str(told) if told else None) == words
