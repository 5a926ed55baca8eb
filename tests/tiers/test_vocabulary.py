"""A roster's own words for tiers and titles are understood; what is not understood is shown, not dropped."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.rulebook import rulebook
from crm.tiers import rules

pytestmark = pytest.mark.rules

TODAY = date(2026, 11, 23)


def titles_in(text):
    return [claim.title for claim in rules.recognise_titles(text).held]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("T1", "T1"),
        ("t2", "T2"),
        ("龙头", "T1"),
        ("龙头企业", "T1"),
        ("“龙头”", "T1"),
        ("第二层级", "T2"),
        ("骨干/重点培育", None),
        ("骨干", "T2"),
        ("成长型企业", "T3"),
        ("Ａ类", "T1"),
        ("规下", "T4"),
        ("监管类", "X"),
        ("", None),
        ("特级", None),
    ],
)
def test_tiers_are_recognised(written, code):
    assert rules.recognise_tier(written) == code


def test_each_tier_says_how_often_and_how_often_at_most():
    tiers = rules.tiers(TODAY)

    assert list(tiers) == ["T1", "T2", "T3", "T4", "X"]
    assert [t.visit_every_months for t in tiers.values()] == [1, 2, 3, 6, None]
    assert (tiers["T1"].cap_visits, tiers["T1"].cap_months) == (2, 1)
    assert (tiers["T4"].cap_visits, tiers["T4"].cap_months, tiers["T4"].phone_counts) == (1, 3, True)


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("国高", ["HIGH_TECH"]),
        ("国家高新技术企业", ["HIGH_TECH"]),
        ("国高、省级专精特新", ["HIGH_TECH", "SRDI"]),
        ("国家级专精特新“小巨人”企业", ["LITTLE_GIANT"]),
        ("重点小巨人", ["KEY_LITTLE_GIANT"]),
        ("新雏鹰", ["NEW_FLEDGLING"]),
        ("雏鹰", ["FLEDGLING"]),
        ("科小\n规上", ["SCITECH_SME", "ABOVE_SIZE"]),
        ("省科小", ["PROVINCIAL_SCITECH_SME"]),
        ("高新技术企业专精特新", ["HIGH_TECH", "SRDI"]),
        ("国高和规上", ["HIGH_TECH", "ABOVE_SIZE"]),
        ("准独角兽，独角兽", ["NEAR_UNICORN", "UNICORN"]),
        ("科技和创新型中小企业", ["BASE_SME"]),
        ("瞪羚企业（第三批）", ["GAZELLE"]),
        ("非规上", []),
        ("未认定", []),
    ],
)
def test_titles_are_recognised(written, codes):
    assert titles_in(written) == codes
    assert rules.recognise_titles(written).unknown == ()


def test_the_years_beside_a_title_are_kept():
    assert rules.recognise_titles("国高（2023）、专精特新2022-2025").held == (
        rules.Claim("HIGH_TECH", 2023),
        rules.Claim("SRDI", 2022, 2025),
    )


def test_what_is_no_title_yet_is_shown_as_unknown():
    found = rules.recognise_titles("拟申报小巨人、国高、文明单位")
    assert [c.title for c in found.held] == ["HIGH_TECH"]
    assert found.unknown == ("拟申报小巨人", "文明单位")


def test_titles_of_an_older_scheme_stay_known():
    before, since = date(2026, 3, 31), date(2026, 4, 1)
    old, new = rules.titles()["INNOVATIVE_SME"], rules.titles()["BASE_SME"]

    assert old.is_granted(before) and not old.is_granted(since)
    assert new.is_granted(since) and not new.is_granted(before)
    assert rules.titles()["HIGH_TECH"].is_granted(since)


@pytest.mark.parametrize("book", ["tiers/tiers", "tiers/titles"])
def test_every_entry_has_both_languages_and_no_word_means_two_things(book):
    meanings = {}
    for edition in rulebook(book).editions:
        for entry in next(value for value in edition.content.values() if isinstance(value, list)):
            assert entry["zh"] and entry["en"]
            for word in {entry["zh"], *entry["synonyms"]}:
                assert meanings.setdefault(word, entry["code"]) == entry["code"], word


@given(st.text(max_size=40))
def test_any_text_is_survived(text):
    found = rules.recognise_titles(text)
    assert set(titles_in(text)) <= set(rules.titles())
    assert all(found.unknown)
    assert rules.recognise_tier(text) in {None, *rules.tiers(TODAY)}
