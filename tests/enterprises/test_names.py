"""One firm is written many ways; the same firm is recognised, and a likely double is pointed out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.enterprises import names

pytestmark = pytest.mark.rules

words = st.text("和达生物科技安诺智能TCL0", max_size=7)


def test_brackets_width_spaces_and_line_breaks_make_no_difference():
    one = names.normal("杭州和达（浙江）生物有限公司")
    assert one == names.normal("杭州 和达(浙江)\n生物有限公司") == names.normal("杭州和达〔浙江〕生物有限公司\u200b")
    assert names.normal("ＴＣＬ科技") == names.normal("tcl科技")


def test_the_stored_name_keeps_what_the_clerk_wrote_but_not_the_line_break():
    assert names.tidy("杭州和达（浙江）\n生物 有限公司 ") == "杭州和达（浙江）生物有限公司"
    assert names.tidy("Bosch  Power\nTools") == "Bosch Power Tools"


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("杭州和达生物有限公司", "和达生物"),
        ("浙江省杭州市钱塘区和达生物集团有限公司", "和达生物"),
        ("和达生物（杭州）股份有限公司", "和达生物"),
        ("和达(集团)股份有限公司", "和达"),
        ("杭州某某股权投资合伙企业（有限合伙）", "某某股权投资"),
        ("和达(二期)有限公司", "和达二期"),
        ("西湖啤酒有限公司", "西湖啤酒"),
        ("杭州有限公司", "杭州"),
        ("上海", "上海"),
        ("和达生物有限公司下沙分公司", "和达生物有限公司下沙分公司"),
        ("", ""),
    ],
)
def test_place_brackets_and_legal_form_are_stripped(name, own):
    assert names.stripped(name) == own


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州和达生物有限公司", "浙江和达生物股份有限公司"),
        ("杭州和达生物有限公司", "杭州和大生物有限公司"),
        ("杭州和达生物有限公司", "杭州和达生物药有限公司"),
        ("杭州和达生物有限公司", "杭州达生物有限公司"),
        ("杭州和达生物有限公司", "杭州和达生物有限公可"),
    ],
)
def test_near_names_are_noticed(one, other):
    assert names.near(one, other)
    assert names.near_keys(one) & names.near_keys(other)


def test_two_wrong_characters_are_another_firm():
    assert not names.near("杭州和达生物有限公司", "杭州安诺生物有限公司")
    assert not names.near("杭州和达生物有限公司", "杭州达和生物有限公司")


@given(words, words)
def test_the_index_keys_never_miss_a_near_name(one, other):
    if names.near(one, other):
        assert names.near_keys(one) & names.near_keys(other)
    assert names.near(one, other) == names.near(other, one)


@given(words.filter(names.stripped), st.integers(0, 7), st.sampled_from(["", "厂", "厂厂"]))
def test_one_changed_character_is_near_and_shares_a_key(word, place, put):
    own = names.stripped(word)
    changed = own[:place] + put + own[place + 1 :]
    if names.stripped(changed) == changed:
        distance = max(len(put), 1 if place < len(own) else 0)
        assert names.near(own, changed) == (distance <= 1)


@given(st.text("甲乙", min_size=36, max_size=46), st.integers(0, 46), st.sampled_from(["", "丙", "丙甲"]))
def test_names_longer_than_any_firms_are_found_by_their_halves(word, place, put):
    other = word[:place] + put + word[place + 1 :]
    if names.near(word, other):
        assert names.near_keys(word) & names.near_keys(other)
    assert len(names.near_keys("甲" * 160 + "有限公司")) <= 5


def test_keys_are_few():
    assert len(names.near_keys("杭州纳晶医疗器械科技有限公司")) <= len("纳晶医疗器械科技") + 1


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("杭州纳晶医疗器械科技有限公司", "纳晶医疗"),
        ("杭州和达科技有限公司", "和达"),
        ("杭州东升医疗器械股份有限公司", "东升医疗"),
        ("浙江TCL科技有限公司", "TCL"),
    ],
)
def test_a_short_name_is_proposed(name, short):
    assert names.short_guess(name) == short


@given(st.text(max_size=40))
def test_any_text_is_survived(text):
    assert names.normal(names.normal(text)) == names.normal(text)
    assert bool(names.stripped(text)) == bool(names.normal(text))
