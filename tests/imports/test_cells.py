"""Every way a bureau writes a date, an amount, a phone or a name is read; what cannot be read says how to mend it."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports import amounts, cells, dates, extras, persons
from crm.imports.amounts import Amount
from crm.imports.extras import ExtraKind
from crm.imports.outcome import Parsed, Problem
from crm.imports.synonyms import vocabulary
from crm.sheets.grid import Cell, Kind
from crm.tiers.rules import Claim
from tests.imports.made import cell

pytestmark = pytest.mark.rules

FIELDS = vocabulary("roster").fields | vocabulary("people").fields


def value(outcome):
    assert isinstance(outcome, Parsed), str(outcome.say)
    return outcome.value


def why(outcome):
    assert isinstance(outcome, Problem), outcome
    return str(outcome.say)


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
        ("￥5000万", "万元", Amount(50_000_000)),
        ("约500", "万元", Amount(5_000_000, is_approximate=True)),
        ("500余万", "元", Amount(5_000_000, is_approximate=True)),
        ("500万左右", "元", Amount(5_000_000, is_approximate=True)),
        ("500万美元", "万元", Amount(5_000_000, "USD")),
        ("USD 500万", "万元", Amount(5_000_000, "USD")),
        ("约300万欧元", "万元", Amount(3_000_000, "EUR", is_approximate=True)),
        ("500港币", "万元", Amount(500, "HKD")),
        (0, "万元", Amount(0)),
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


@pytest.mark.parametrize("written", [None, "", " ", "无", "/", "—", "-", "——", "暂无", "Ｎ／Ａ", "待补信用代码", "　"])
def test_an_empty_cell_or_a_dash_changes_nothing(written):
    for field in FIELDS.values():
        assert cells.parse(field, cell(written)) == Parsed(None), field.code


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("phone", "186****1402"),
        ("mobile", "186＊＊＊＊1402"),
        ("contact", "王*明"),
        ("commissioner", "杜*"),
        ("credit_code", "91330101******Y7LL"),
        ("name", "杭州**有限公司"),
    ],
)
def test_a_masked_value_is_never_an_update(field, written):
    outcome = cells.parse(FIELDS[field], cell(written))
    assert outcome.value is None and "Masked" in str(outcome.note)


def test_a_broken_formula_is_named():
    for field in FIELDS.values():
        broken, uncalculated = cell("#REF!", Kind.ERROR), Cell("", Kind.UNCALCULATED)
        if field.kind == "ignored":
            assert cells.parse(field, broken) == cells.parse(field, uncalculated) == Parsed(None)
        else:
            assert "#REF!" in why(cells.parse(field, broken))
            assert "never calculated" in why(cells.parse(field, uncalculated))


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("杜建", ("杜建",)),
        ("杜建、黎静", ("杜建", "黎静")),
        ("杜建/黎静", ("杜建", "黎静")),
        ("杜建和黎静", ("杜建", "黎静")),
        ("杜建\n黎静", ("杜建", "黎静")),
        ("杜建 黎静", ("杜建", "黎静")),
        ("A角杜建 B角黎静", ("杜建", "黎静")),
        ("杜建（A角）、黎静（B角）", ("杜建", "黎静")),
        ("张　三", ("张三",)),
        ("欧阳 锋", ("欧阳锋",)),
        ("李 明、王 红", ("李明", "王红")),
        ("杜建（科长）", ("杜建",)),
        ("杜建科长", ("杜建",)),
        ("杜建 13812345678", ("杜建",)),
        ("杜建、杜建", ("杜建",)),
        ("阿里木·买买提", ("阿里木·买买提",)),
        ("和珅", ("和珅",)),
        ("John Smith", ("John Smith",)),
    ],
)
def test_officials_are_read_out_of_a_cell(written, names):
    assert value(persons.officials(cell(written))) == names


def test_two_officials_are_shown_for_confirmation():
    note = persons.officials(cell("杜建、黎静")).note
    assert note.params == {"first": "杜建", "second": "黎静"}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("杜建、黎静、邹英", "3 people"),
        ("张科长", "names a post"),
        ("经发局", "names an office"),
        ("企业服务科", "names an office"),
        ("12", "not a person's name"),
        ("（杜建）", "not a person's name"),
    ],
)
def test_what_names_no_official_is_refused(written, words):
    assert words in why(persons.officials(cell(written)))


def test_a_list_of_people_has_one_per_row():
    assert value(cells.parse(FIELDS["name"], cell("杜 建"))) == "杜建"
    assert "two people" in why(persons.official(cell("杜建、黎静")))


def test_a_contact_is_kept_as_written_but_no_number_is_a_person():
    assert value(persons.person(cell("江敏涛（委派代表）"))) == "江敏涛（委派代表）"
    assert value(persons.person(cell("张　三"))) == "张三"
    assert "columns swapped" in why(persons.person(cell(13812345678)))


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        (18628194821, ("18628194821",)),
        ("186 2819 4821", ("18628194821",)),
        ("0571-86912345/18628194821", ("0571-86912345", "18628194821")),
        ("18628194821、18628194821", ("18628194821",)),
        (57186912345, ("0571-86912345",)),
    ],
)
def test_phones_are_read(written, numbers):
    assert value(cells.phone(cell(written))) == numbers


def test_the_wrong_one_of_two_phones_is_named():
    assert why(cells.phone(cell("0571-86912345/1862819482"))).startswith("1862819482 ")


def test_an_official_signs_in_with_a_mobile_number():
    assert value(cells.mobile(cell("0571-86912345、18628194821"))) == "18628194821"
    assert "begins with 1" in why(cells.mobile(cell("0571-86912345")))


def test_codes_are_normalised_and_a_ruined_one_is_refused():
    assert value(cells.code(cell("９１３３０１１４ mademt010r"))) == "91330114MADEMT010R"
    assert "last digits are lost" in why(cells.code(cell("9.144E+17", Kind.NUMBER, imprecise=True)))
    assert "last digits are lost" in why(cells.code(cell(914403007152672000)))
    assert "does not match" in why(cells.code(cell("91330114MDAEMT010R")))


def test_a_line_break_inside_a_name_is_removed():
    assert value(cells.name(cell("杭州和达\n生物有限公司 "))) == "杭州和达生物有限公司"
    assert "columns swapped" in why(cells.name(cell(5000)))


@pytest.mark.parametrize(("written", "code"), [("603123", "603123"), ("603123.SH", "603123"), ("HK00700", "00700")])
def test_stock_codes_lose_their_exchange(written, code):
    assert value(cells.stock(cell(written))) == code


def test_a_stock_code_stored_as_a_number_is_refused():
    assert "leading zeros" in why(cells.stock(cell(2415)))
    assert value(cells.stock(cell(603123))) == "603123"
    assert "no stock code" in why(cells.stock(cell("新三板")))


def test_tiers_and_titles_are_recognised():
    assert value(cells.tier(cell("龙头企业"))) == "T1"
    assert "T1, T2" in why(cells.tier(cell("特级")))
    assert value(cells.titles(cell("国高、规上"))) == (Claim("HIGH_TECH"), Claim("ABOVE_SIZE"))


def test_an_unknown_title_stays_out_and_is_shown():
    outcome = cells.titles(cell("国高、文明单位"))
    assert outcome.value == (Claim("HIGH_TECH"),)
    assert outcome.note.params == {"value": "文明单位"}


@pytest.mark.parametrize(
    ("written", "claims"),
    [
        ("是", (Claim("ABOVE_SIZE"),)),
        ("√", (Claim("ABOVE_SIZE"),)),
        (1, (Claim("ABOVE_SIZE"),)),
        ("2023年", (Claim("ABOVE_SIZE", 2023),)),
        (2023, (Claim("ABOVE_SIZE", 2023),)),
        ("规上工业", (Claim("ABOVE_SIZE"),)),
        ("否", None),
        ("×", None),
        ("规下", None),
    ],
)
def test_a_column_of_one_title_takes_yes_no_or_a_year(written, claims):
    assert value(cells.parse(FIELDS["titles"], cell(written), title="ABOVE_SIZE")) == claims


def test_yes_and_no():
    assert [value(cells.boolean(cell(text))) for text in ("是", "√", "Y", "否", "×", "0", "无")] == [
        *[True] * 3,
        *[False] * 3,
        None,
    ]
    assert "是 or 否" in why(cells.boolean(cell("也许")))


def test_e_mail_addresses_are_checked():
    assert value(cells.email(cell("ｄｕ@example.com "))) == "du@example.com"
    assert "name@example.com" in why(cells.email(cell("du.example.com")))


def test_too_long_a_text_says_how_long_it_may_be():
    outcome = cells.parse(FIELDS["short_name"], cell("和" * 61))
    assert "keeps 60" in why(outcome)
    assert value(cells.parse(FIELDS["short_name"], cell("和" * 60))) == "和" * 60


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (ExtraKind.NUMBER, "1,234.50", "1234.50"),
        (ExtraKind.NUMBER, "", None),
        (ExtraKind.DATE, "2014年5月", "2014-05"),
        (ExtraKind.TEXT, "甲：\n乙，１号", "甲： 乙，1号"),
        (ExtraKind.CHOICE, "Ａ类", "A类"),
    ],
)
def test_extra_fields_are_kept_as_text_of_their_kind(kind, written, kept):
    assert value(extras.extra(kind, cell(written))) == kept


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([date(2024, 1, 3), "2024.3.5"], ExtraKind.DATE),
        ([2010, 2011], ExtraKind.NUMBER),
        ([13812345678, 13912345678], ExtraKind.TEXT),
        (["001", "002"], ExtraKind.TEXT),
        (["甲", "乙", "甲", "/", "乙"], ExtraKind.CHOICE),
        (["甲", "乙", "丙"], ExtraKind.TEXT),
        (["", "无"], ExtraKind.TEXT),
    ],
)
def test_the_kind_of_an_unknown_column_is_guessed(column, kind):
    assert extras.guess_kind(map(cell, column)) is kind


anything = st.one_of(
    st.text(max_size=40),
    st.text("0123456789.,-/年月日约万亿元美*（）、 杜建A", max_size=14),
    st.integers(-(10**18), 10**18),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.dates(),
    st.datetimes(),
    st.booleans(),
)


@given(st.sampled_from(sorted(FIELDS)), anything, st.sampled_from([None, "万元", "元"]))
def test_any_cell_under_any_head_gets_an_answer(field, written, unit):
    outcome = cells.parse(FIELDS[field], cell(written), unit=unit)
    text = str(outcome.say if isinstance(outcome, Problem) else outcome.note or "")
    assert "%(" not in text


@given(st.sampled_from(sorted(FIELDS)), anything)
def test_a_refusal_names_the_value(field, written):
    outcome = cells.parse(FIELDS[field], cell(written))
    if isinstance(outcome, Problem):
        assert any(key in outcome.say.params for key in ("value", "code"))
