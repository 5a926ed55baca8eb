"""Whatever is typed into the search box is answered from an index: name fragments, single characters, tails, pinyin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.enterprises import grams, phones
from crm.enterprises.grams import SearchPath

pytestmark = pytest.mark.rules

FIRM = "杭州和达生物科技股份有限公司"


def matches(text, fragment):
    """What the database is asked to do, in plain Python."""
    stored = grams.grams(text)
    return all(
        any(gram.startswith(term.text) for gram in stored)
        if term.path is SearchPath.SINGLE
        else stored.issuperset(term.grams)
        for term in grams.plan(fragment).terms
    )


@pytest.mark.parametrize("fragment", ["和达", "达生物", "和", "司", "杭州和达（生物", "和达 科技", FIRM])
def test_a_fragment_of_the_name_finds_it(fragment):
    assert matches(FIRM.replace("生物", "(生物)") if "（" in fragment else FIRM, fragment)


@pytest.mark.parametrize("fragment", ["和大", "安", "和达 安诺", "和%"])
def test_another_fragment_does_not(fragment):
    assert not matches(FIRM, fragment)


@given(st.text("杭州和达生物有限公司TCL(）", min_size=1, max_size=20), st.data())
def test_no_fragment_of_a_text_is_ever_missed(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert set(grams.query_grams(text[start:end])) <= grams.grams(text)


def test_rare_pairs_come_first_and_common_ones_are_dropped_first():
    asked = grams.query_grams(FIRM)
    assert len(asked) == grams.MOST_GRAMS
    assert {"和达", "达生", "生物"} <= set(asked) and "公司" not in asked


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("hd", SearchPath.PINYIN),
        ("He Da", SearchPath.PINYIN),
        ("3Y7LL", SearchPath.TAIL),
        ("0571-8691", SearchPath.TAIL),
        ("４８２１", SearchPath.TAIL),
        ("和达", SearchPath.BIGRAM),
        ("TCL科技", SearchPath.BIGRAM),
        ("和", SearchPath.SINGLE),
    ],
)
def test_each_kind_of_query_takes_its_path(query, path):
    (term,) = grams.plan(query).terms
    assert term.path is path


@pytest.mark.parametrize("query", ["", "  ", "%%", "——", "、", "_"])
def test_a_query_without_a_letter_asks_nothing(query):
    assert grams.plan(query).terms == ()


@pytest.mark.parametrize("tail", ["Y7LL", "tj3y7ll", "9133", "91330101MA1TJ3Y7LL"])
def test_a_code_is_found_by_its_tail_and_its_head(tail):
    (term,) = grams.plan(tail).terms
    assert any(key.startswith(prefix) for key in grams.tail_keys("91330101MA1TJ3Y7LL") for prefix in term.prefixes)


def test_a_phone_is_found_by_its_tail_however_it_is_written_and_only_where_phones_are_asked_for():
    (term,) = grams.plan("8691 2345").terms
    keys = grams.phone_keys("0571-86912345")
    assert any(key.startswith(prefix) for key in keys for prefix in term.phone_prefixes)
    assert not any(key.startswith(prefix) for key in keys for prefix in term.prefixes)
    assert term.whole_phone not in keys


@pytest.mark.parametrize("typed", ["0571-86912345", "0571 8691 2345", "０５７１８６９１２３４５", "(0571)86912345"])
def test_a_whole_number_is_known_however_it_is_written(typed):
    (term,) = grams.plan(typed).terms
    assert term.whole_phone in grams.phone_keys("0571-86912345")


@given(st.text("#＃﹟1389# ", min_size=1, max_size=12))
def test_nothing_typed_looks_like_the_mark_of_phones(typed):
    for term in grams.plan(typed).terms:
        assert not any(grams.PHONE in prefix for prefix in term.prefixes)


@pytest.mark.parametrize("typed", ["801", "8012", "86123"])
def test_a_short_number_is_no_whole_one(typed):
    assert grams.plan(typed).terms[0].whole_phone == ""


def test_each_of_several_phones_is_found_by_its_tail():
    assert {"8491", "2099"} <= {key[:4] for key in grams.tail_keys("18628191948 / 0571-86919902")}


def test_three_digits_are_too_few_for_a_tail():
    assert grams.plan("821").terms[0].prefixes == ("821",)


def test_signs_of_the_pattern_language_stand_for_themselves():
    assert grams.escaped(r"50%_\x") == r"50\%\_\\x"


@given(st.text(max_size=100))
def test_any_query_has_a_bounded_plan(text):
    for term in grams.plan(text).terms:
        assert term.text and len(term.grams) <= grams.MOST_GRAMS and len(term.prefixes) <= 2


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("138 1234 5678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("(0571)8691 2345", "0571-86912345"),
        ("0571－８６９１２３４５", "0571-86912345"),
        ("+86 571 8691 2345", "0571-86912345"),
        ("0571-86912345 转 801", "0571-86912345-801"),
        ("02162345678", "021-62345678"),
        ("86912345", "86912345"),
        ("400-800-1234", "4008001234"),
        ("王经理：13812345678", "13812345678"),
        ("138123456789", None),
        ("138l2345678", None),
        ("1381234567", None),
        ("联系不上", None),
    ],
)
def test_phones_get_one_spelling(written, phone):
    assert phones.normal(written) == phone


@pytest.mark.parametrize(
    "cell",
    [
        "0571-86912345/13812345678",
        "0571-86912345、13812345678",
        "0571-86912345 13812345678",
        "0571-86912345\n138 1234 5678",
    ],
)
def test_several_phones_in_one_cell_are_told_apart(cell):
    assert [phones.normal(piece) for piece in phones.split(cell)] == ["0571-86912345", "13812345678"]


def test_masked_phones_are_recognised_and_made():
    assert phones.masked("18612341402") == "186****1402"
    assert phones.masked("0571-86912345") == "0571****2345"
    assert phones.is_masked(phones.masked("18612341402")) and phones.is_masked("王＊明")
    assert not phones.is_masked("18612341402")
