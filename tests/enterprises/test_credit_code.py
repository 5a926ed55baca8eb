"""A clerk's codes arrive with spaces, wrong letters and lost digits; each is accepted or answered with what to do."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.enterprises import credit_code

pytestmark = pytest.mark.rules

GENUINE = ["91110000600037341L", "9144030071526726XG", "91330114MADEMT010R"]
bodies = st.text(credit_code.ALPHABET, min_size=17, max_size=17)


def why(text):
    return credit_code.problem(text).msgid


@pytest.mark.parametrize("code", GENUINE)
def test_genuine_codes_are_accepted(code):
    assert credit_code.problem(code) is None


@pytest.mark.parametrize(("body", "check"), [("91110000600037341", "L"), ("9144030071526726X", "G")])
def test_the_check_character_follows_the_standard(body, check):
    assert credit_code.check_character(body) == check


def test_a_cooperative_code_with_letters_in_front_is_accepted():
    body = "N2330114MA2CFFFY0"
    assert credit_code.problem(body + credit_code.check_character(body)) is None


@pytest.mark.parametrize(
    "written",
    [
        "９１３３０１１４ＭＡＤＥＭＴ０１０Ｒ",
        " 91330114 MADEMT010 R\n",
        "91330114-MADEMT010-R",
        "91330114mademt010r",
        "'91330114MADEMT010R",
    ],
)
def test_full_width_spaces_hyphens_and_small_letters_are_folded(written):
    assert credit_code.normal(written) == "91330114MADEMT010R"
    assert credit_code.problem(written) is None


def test_two_swapped_characters_are_refused_and_nothing_is_guessed():
    assert "does not match" in why("91330114MDAEMT010R")
    assert credit_code.offer("91330114MDAEMT010R") is None


def test_the_letter_o_is_offered_as_zero_but_never_replaced():
    problem = credit_code.problem("9133O114MADEMT010R")

    assert problem.params["strange"] == "O"
    assert problem.params["guess"] == "91330114MADEMT010R"
    assert credit_code.normal("9133O114MADEMT010R") == "9133O114MADEMT010R"


def test_a_wrong_letter_that_cannot_be_mended_is_named():
    assert credit_code.problem("9133O114MADEMT011R").params["strange"] == "O"
    assert "guess" not in credit_code.problem("9133O114MADEMT011R").params


@pytest.mark.parametrize("ruined", ["9.144E+17", "9.14403E+17", "9.14403007152672e+17", "914403007152672000"])
def test_a_code_ruined_by_a_spreadsheet_says_so(ruined):
    assert "last digits are lost" in why(ruined)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("330114000012345", "old registration number"),
        ("MADEMT01-0", "organisation code"),
        ("91330114MADEMT010", "has %(count)s characters"),
        ("91330114MADEMT01杭R", "which no credit code has"),
        ("", "has %(count)s characters"),
    ],
)
def test_each_other_mistake_has_its_own_words(text, words):
    assert words in why(text)


def test_the_place_of_registration_is_read_from_the_code():
    assert credit_code.division("91330114MADEMT010R") == "330114"


@given(bodies)
def test_every_body_has_exactly_one_check_character(body):
    fitting = [c for c in credit_code.ALPHABET if credit_code.is_valid(body + c)]
    assert fitting == [credit_code.check_character(body)]


@given(bodies, st.integers(0, 17), st.sampled_from(credit_code.ALPHABET))
def test_one_mistyped_character_is_always_noticed(body, place, typed):
    code = body + credit_code.check_character(body)
    mistyped = code[:place] + typed + code[place + 1 :]
    assert credit_code.is_valid(mistyped) == (mistyped == code)


@given(bodies, st.integers(0, 15))
def test_two_swapped_neighbours_are_always_noticed(body, place):
    code = body + credit_code.check_character(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert credit_code.is_valid(swapped) == (swapped == code)


@example("U\u0020\u0308")
@given(st.text(max_size=30))
def test_any_text_gets_an_answer_and_normalising_twice_changes_nothing(text):
    once = credit_code.normal(text)
    assert credit_code.normal(once) == once
    assert (credit_code.problem(text) is None) == credit_code.is_valid(once)
