"""Each cell is read as its column wants it; what cannot be read says how to mend it, what is empty changes nothing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports import cells
from crm.imports.outcome import Parsed, Problem
from crm.imports.synonyms import vocabulary
from crm.sheets.grid import Cell, Kind
from crm.tiers.rules import Claim
from tests.imports.made import cell, value, why

pytestmark = pytest.mark.rules

FIELDS = vocabulary("roster").fields | vocabulary("people").fields


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
        ("email", "wan***@163.com"),
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
            assert cells.parse(field, broken) == Parsed(None)
            assert "never calculated" in why(cells.parse(field, uncalculated))


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


def test_more_numbers_than_a_contact_keeps_are_told_not_cut():
    five = "、".join(f"0571-8691234{n}" for n in range(5))
    assert why(cells.phone(cell(five))).endswith("Shorten it.") and "60" in why(cells.phone(cell(five)))


def test_an_official_signs_in_with_a_mobile_number():
    assert value(cells.mobile(cell("0571-86912345、18628194821"))) == "18628194821"
    assert "11 digits" in why(cells.mobile(cell("1381234567")))


@pytest.mark.parametrize("written", ["0571-88886666", "0571-88886666-8012", "88886666转801", 57188886666, "4001234567"])
def test_an_office_line_of_an_official_is_told_and_is_no_mistake(written):
    outcome = cells.mobile(cell(written))
    assert outcome.value is None and "office line" in str(outcome.note).lower()


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
    assert "yes or no" in why(cells.boolean(cell("也许")))


def test_e_mail_addresses_are_checked():
    assert value(cells.email(cell("ｄｕ@example.com "))) == "du@example.com"
    assert "name@example.com" in why(cells.email(cell("du.example.com")))


def test_too_long_a_text_says_how_long_it_may_be():
    outcome = cells.parse(FIELDS["short_name"], cell("和" * 61))
    assert "keeps 60" in why(outcome)
    assert value(cells.parse(FIELDS["short_name"], cell("和" * 60))) == "和" * 60


def test_a_page_of_text_in_a_cell_is_quoted_in_short():
    assert len(why(cells.parse(FIELDS["founded_on"], cell("会议纪要" * 500)))) < 150


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


@pytest.mark.parametrize("inside", ["x", " ", ".", "(", "和", "9", "、", "- ", "2024年"])
def test_a_cell_as_long_as_excel_lets_it_be_gets_an_answer_at_once(inside):
    """A pattern tried at each of its characters took a minute for one cell."""
    written, begun = f"1{inside * (32_000 // len(inside))}1", time.process_time()
    for field in [*FIELDS.values(), *vocabulary("figures").fields.values()]:
        outcome = cells.parse(field, cell(written))
        assert isinstance(outcome, (Parsed, Problem)), field.code
    assert time.process_time() - begun < 15
