"""Every way a bureau writes a date is read as exactly as it is known; a wrong one says how to write it."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports import dates
from tests.imports.made import cell, value, why

pytestmark = pytest.mark.rules


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2017.3.5", "2017-03-05"),
        ("2017/3/5", "2017-03-05"),
        ("2017年3月5日", "2017-03-05"),
        ("２０１７年３月５日", "2017-03-05"),
        ("2017 年 3 月 5 日", "2017-03-05"),
        ("二〇一七年三月五日", "2017-03-05"),
        ("二〇一七年十二月二十三日", "2017-12-23"),
        ("2017-03-05 00:00:00", "2017-03-05"),
        ("2017-03-05T08:30:00", "2017-03-05"),
        ("2017.03.05.", "2017-03-05"),
        ("20170305", "2017-03-05"),
        (20170305, "2017-03-05"),
        (40475, "2010-10-24"),
        (Decimal("40475.5"), "2010-10-24"),
        ("40475", "2010-10-24"),
        (datetime.fromisoformat("2014-05-03 12:00"), "2014-05-03"),
        (date(2014, 5, 3), "2014-05-03"),
        ("2014年5月", "2014-05"),
        ("2014年5月份", "2014-05"),
        ("2014-05", "2014-05"),
        ("2010.11", "2010-11"),
        (Decimal("2010.11"), "2010-11"),
        (201011, "2010-11"),
        ("2010年", "2010"),
        (2010, "2010"),
    ],
)
def test_dates_are_read_as_exactly_as_they_are_known(written, read):
    assert str(value(dates.day(cell(written)))) == read


def test_a_month_is_kept_as_its_first_day():
    assert value(dates.day(cell("2014年5月"))) == dates.PartialDate(date(2014, 5, 1), dates.Precision.MONTH)


@pytest.mark.parametrize("vague", ["约2010年5月", "2010年", "2010.1"])
def test_a_vague_date_is_read_with_a_remark(vague):
    assert dates.day(cell(vague)).note.params["value"] == vague


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (Decimal("2010.1"), "2010-01 or 2010-10"),
        ("5/3/2017", "two ways"),
        ("17.3.5", "two ways"),
        ("98年5月", "two ways"),
        ("2017.2.30", "no day of the calendar"),
        ("2017.13", "no day of the calendar"),
        ("2014.5.3-2019.5.2", "more than one date"),
        (date(1850, 1, 1), "before 1900"),
        ("2150.1.1", "after 2100"),
        ("至今", "is not a date"),
        (True, "is not a date"),
        (3, "is not a date"),
        (time(8, 30), "is not a date"),
    ],
)
def test_a_wrong_date_says_how_to_write_it(written, words):
    assert words in why(dates.day(cell(written)))


@given(
    st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(["%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y/%m/%d"])
)
def test_every_day_survives_every_form(on, form):
    assert value(dates.day(cell(on.strftime(form)))).on == on
