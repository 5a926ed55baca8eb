"""Evidence, conditions on other tracks, and what a step brings along."""

from datetime import date

import pytest

from crm.cultivation.rules.effects import consequences
from crm.cultivation.rules.gates import Course, Firm, Proposed, lacking, unmet
from crm.cultivation.rules.history import Origin, Sort, Step
from crm.cultivation.rules.ladder import ladder

pytestmark = pytest.mark.rules

LADDER = ladder()
IPO = LADDER.kinds["IPO"]
DAY = date(2026, 6, 1)


def course(kind, *path, attempt=1, board=""):
    passed = tuple(Step(n, state, date.fromisoformat(on), board) for n, (state, on) in enumerate(path, 1))
    return Course(kind, attempt, passed, len(passed))


def firm(*courses, name="杭州测试有限公司"):
    return Firm(name, courses)


def asked(kind, who, state, on=DAY, attempt=1, board="", **more):
    step = Proposed(state, on, attempt, board, **more)
    return [(each.guard.needs, each.guard.is_hard) for each in unmet(LADDER, who, LADDER.kinds[kind], step)]


def test_acceptance_asks_for_a_joint_stock_company():
    assert ("joint_stock", True) in asked("NEEQ", firm(course("NEEQ", ("NQ_KERNEL", "2026-01-01"))), "NQ_ACCEPTED")
    known = firm(course("NEEQ", ("NQ_KERNEL", "2026-01-01")), name="杭州测试股份有限公司")
    assert asked("NEEQ", known, "NQ_ACCEPTED") == []
    reformed = firm(course("IPO", ("IP_REFORMED", "2025-01-01"), ("IP_COACH_DONE", "2026-01-01")))
    assert asked("IPO", reformed, "IP_ACCEPTED", board="MAIN") == []


def test_the_completion_letter_lives_twelve_months():
    who = firm(course("IPO", ("IP_COACH_DONE", "2025-06-01")), name="杭州测试股份有限公司")
    assert asked("IPO", who, "IP_ACCEPTED", on=date(2026, 6, 1), board="MAIN") == []
    assert asked("IPO", who, "IP_ACCEPTED", on=date(2026, 6, 2), board="MAIN") == [("in_time", True)]


def test_after_a_refusal_six_months_pass():
    refused = course("IPO", ("IP_REG_DENIED", "2026-01-15"))
    again = course("IPO", ("IP_COACH_DONE", "2026-02-01"), attempt=2)
    who = firm(refused, again, name="杭州测试股份有限公司")
    assert asked("IPO", who, "IP_ACCEPTED", date(2026, 7, 14), 2, "MAIN") == [("apart", True)]
    assert asked("IPO", who, "IP_ACCEPTED", date(2026, 7, 15), 2, "MAIN") == []


def test_the_bse_warns_without_a_year_in_the_innovation_layer():
    ipo = course("IPO", ("IP_REFORMED", "2025-01-01"), ("IP_COACH_DONE", "2026-01-01"))
    short = firm(ipo, course("NEEQ", ("NQ_BASE", "2025-01-01"), ("NQ_INNO", "2025-12-01")))
    long = firm(ipo, course("NEEQ", ("NQ_BASE", "2024-01-01"), ("NQ_INNO", "2025-06-01")))
    assert asked("IPO", short, "IP_ACCEPTED", board="BSE") == [("held_in", False)]
    assert asked("IPO", long, "IP_ACCEPTED", board="BSE") == []
    assert asked("IPO", short, "IP_ACCEPTED", board="MAIN") == []


def test_listing_elsewhere_warns_of_an_open_quotation():
    who = firm(course("IPO", ("IP_REG_OK", "2026-05-01"), board="MAIN"), course("NEEQ", ("NQ_BASE", "2020-01-01")))
    assert asked("IPO", who, "IP_LISTED", board="MAIN") == [("none_in", False)]
    assert asked("IPO", who, "IP_LISTED", board="BSE") == []


def test_a_transfer_leads_from_the_bse_to_star_or_chinext():
    main = firm(course("IPO", ("IP_LISTED", "2020-01-01"), board="MAIN"))
    bse = firm(course("IPO", ("IP_LISTED", "2026-01-01"), board="BSE"))
    assert asked("IPO", main, "IP_TRANSFERRED", board="STAR") == [("from_board", True)]
    assert asked("IPO", bse, "IP_TRANSFERRED", board="MAIN") == [("to_board", True), ("held", False)]
    assert asked("IPO", bse, "IP_TRANSFERRED", date(2027, 1, 1), board="CHINEXT") == []


def test_listing_on_the_bse_closes_the_neeq_track():
    who = firm(course("IPO", ("IP_REG_OK", "2026-05-01"), board="BSE"), course("NEEQ", ("NQ_INNO", "2020-01-01")))
    (found,) = consequences(LADDER, who, IPO, Proposed("IP_LISTED", DAY, 1))
    assert (found.kind, found.attempt, found.event.sort, found.event.state, found.event.seq, found.event.on) == (
        "NEEQ", 1, Sort.STEP, "NQ_GRADUATED", 2, DAY,
    )  # fmt: skip
    assert list(consequences(LADDER, who, IPO, Proposed("IP_LISTED", DAY, 1, "MAIN"))) == []


def test_a_transfer_opens_the_next_attempt_listed():
    who = firm(course("IPO", ("IP_LISTED", "2020-01-01"), board="BSE"))
    (found,) = consequences(LADDER, who, IPO, Proposed("IP_TRANSFERRED", DAY, 1, "STAR"))
    assert (found.kind, found.attempt) == ("IPO", None)
    assert (found.event.state, found.event.board, found.event.reason) == ("IP_LISTED", "STAR", Origin.TRANSFERRED)


@pytest.mark.parametrize("state", [s for kind in LADDER.kinds.values() for s in kind.states.values()], ids=str)
@pytest.mark.parametrize("grade", ["", *(grade.code for grade in LADDER.grades)])
def test_every_state_asks_for_its_grade(state, grade):
    enough = bool(grade) and LADDER.reaches(grade, state.grade)
    step = Proposed(state.code, DAY, 1, "", grade, "浙证监〔2026〕1号", told_by="王总", told_on=DAY)
    assert {o.field for o in lacking(LADDER, state, step, DAY)} == (set() if enough else {"grade"})


def test_a_counted_step_asks_for_its_number_and_a_told_one_for_who_told_it():
    listed, inquiry = LADDER.state("IP_LISTED"), LADDER.state("IP_COMMITTEE")

    def asks(state, **given):
        return [o.field for o in lacking(LADDER, state, Proposed(state.code, DAY, 1, **given), DAY)]

    assert asks(listed, grade="published") == ["document_no"]
    assert asks(inquiry, note="电话告知") == ["grade"]
    assert asks(inquiry, grade="spoken") == ["told_by", "told_on"]
    assert asks(inquiry, grade="spoken", told_by="王总", told_on=date(2026, 6, 2)) == ["told_on"]
    assert asks(inquiry, grade="spoken", told_by="王总", told_on=DAY) == []
