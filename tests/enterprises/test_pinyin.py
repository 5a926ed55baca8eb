"""An official types hd, heda, hzhd or hangzhouheda and finds 杭州和达生物有限公司."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.enterprises import pinyin

pytestmark = pytest.mark.rules


def finds(typed, name, aliases=()):
    return any(key.text.startswith(pinyin.query_key(typed)) for key in pinyin.keys(name, aliases))


@pytest.mark.parametrize("typed", ["hd", "heda", "hzhd", "hangzhouheda", "He Da", "hédá", "hdsw", "ｈｄ"])
def test_a_firm_is_found_by_its_pinyin(typed):
    assert finds(typed, "杭州和达生物有限公司")


@pytest.mark.parametrize("typed", ["da", "hzsw", "hedahangzhou"])
def test_another_spelling_does_not_find_it(typed):
    assert not finds(typed, "杭州和达生物有限公司")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("长盛集团", "changsheng"),
        ("长盛集团", "cs"),
        ("重塑科技", "chongsu"),
        ("曾国藩", "zengguofan"),
        ("解晓东", "xiexiaodong"),
        ("解晓东", "xxd"),
        ("仇和", "qiuhe"),
        ("仇和", "chouhe"),
        ("单于", "chanyu"),
        ("单志华", "shanzhihua"),
        ("任洋", "renyang"),
        ("查良镛", "zha"),
        ("盖文", "ge"),
        ("朴成", "piao"),
        ("区明", "ou"),
        ("尉迟恭", "yuchi"),
        ("重庆", "chongqing"),
        ("乐清和达电气有限公司", "yueqingheda"),
        ("六安和达有限公司", "luanheda"),
        ("绿地", "lvdi"),
        ("绿地", "ludi"),
    ],
)
def test_names_with_several_readings_are_found(name, typed):
    assert finds(typed, name)


def test_aliases_are_found_too():
    assert finds("sdjx", "杭州和达生物有限公司", aliases=["三得机械"])
    assert not finds("sdjx", "杭州和达生物有限公司")


@pytest.mark.parametrize("typed", ["tcl", "TCL科技"[:3], "lstcl"])
def test_latin_words_inside_a_name_are_found(typed):
    assert finds(typed, "杭州绿色TCL科技有限公司")


def test_a_number_counts_whole_among_the_initials():
    assert finds("360aq", "杭州360安全有限公司")


def test_at_most_sixteen_readings_and_the_one_nearest_the_dictionary_first():
    many = "长重行乐曾解单仇查盖"
    first = list(pinyin.readings(many))[: pinyin.MOST_READINGS]

    assert len({k.text for k in pinyin.keys(many) if k.kind is pinyin.KeyKind.SPELLED}) <= pinyin.MOST_READINGS
    assert all(sum(a != b for a, b in zip(first[0], other, strict=True)) <= 1 for other in first[1:])


def test_lists_are_sorted_by_the_firms_own_word():
    names = ["浙江重塑有限公司", "上海长盛有限公司", "杭州安诺有限公司", "杭州和达生物有限公司"]
    assert [n[2:4] for n in sorted(names, key=pinyin.sort_key)] == ["安诺", "长盛", "和达", "重塑"]


def test_people_are_sorted_by_their_surname():
    assert sorted(["仇和", "曾国藩", "单志华", "王明"], key=pinyin.sort_key) == ["仇和", "单志华", "王明", "曾国藩"]


@given(st.text(max_size=30))
def test_any_text_gives_clean_keys(text):
    for key in pinyin.keys(text):
        assert key.text.isascii() and key.text.isalnum() and len(key.text) <= pinyin.LONGEST_KEY
    assert len(pinyin.sort_key(text)) <= 200
