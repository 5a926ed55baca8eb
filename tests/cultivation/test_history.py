"""Histories by the thousand: order, ends, corrections and spans hold whatever is tried."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crm.cultivation.rules.history import (
    Event,
    Origin,
    Sort,
    board_of,
    faults,
    is_open,
    is_restricted,
    obstacles,
    spans,
    steps,
)
from crm.cultivation.rules.ladder import ladder

pytestmark = pytest.mark.rules

LADDER = ladder()
TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2026, 10, 1), TODAY + timedelta(days=2))
EVERY = sorted(LADDER.owner)


class Histories(RuleBasedStateMachine):
    """Tries any event on an attempt; keeps those that may follow."""

    def __init__(self):
        super().__init__()
        self.kind, self.events = LADDER.kinds["IPO"], []

    def try_one(self, event):
        broken = obstacles(self.kind, self.events, event, TODAY)
        if not broken:
            self.events.append(event)
        return broken

    @property
    def next_seq(self):
        return len(self.events) + 1

    @precondition(lambda self: not self.events)
    @rule(kind=st.sampled_from(sorted(LADDER.kinds)))
    def another_kind(self, kind):
        self.kind = LADDER.kinds[kind]

    @rule(data=st.data(), on=DAYS, origin=st.sampled_from(Origin))
    def baseline(self, data, on, origin):
        state = data.draw(st.sampled_from(sorted(self.kind.states)))
        self.try_one(Event(self.next_seq, Sort.BASELINE, state, on, self.any_board(data), origin))

    @rule(data=st.data(), on=DAYS)
    def step(self, data, on):
        course = steps(self.events)
        after = self.kind.states[course[-1].state].next if course else self.kind.starts
        state = data.draw(st.sampled_from(sorted(after or self.kind.states)))
        self.try_one(Event(self.next_seq, Sort.STEP, state, on, self.any_board(data), self.a_reason(state)))

    @rule(state=st.sampled_from(EVERY), on=DAYS, seq=st.integers(0, 9))
    def anything(self, state, on, seq):
        before = steps(self.events)
        broken = self.try_one(Event(seq, Sort.STEP, state, on))
        if seq != len(self.events) + bool(broken) or state not in self.kind.states:
            assert broken and steps(self.events) == before

    @rule(data=st.data(), sort=st.sampled_from([Sort.VOID, Sort.REDATE, Sort.RESTATE]), on=DAYS, seq=st.integers(1, 9))
    def correct(self, data, sort, on, seq):
        state = data.draw(st.sampled_from(sorted(self.kind.states))) if sort == Sort.RESTATE else ""
        day = on if sort == Sort.REDATE else None
        self.try_one(Event(self.next_seq, sort, state, day, "", "录入有误", corrects=seq))

    def any_board(self, data):
        return data.draw(st.sampled_from(["", *self.kind.boards]))

    def a_reason(self, state):
        reasons = self.kind.states[state].reasons
        return reasons[0].code if reasons else ""

    @invariant()
    def the_course_is_possible(self):
        assert faults(self.kind, steps(self.events), TODAY) == []

    @invariant()
    def days_are_in_order_and_not_ahead(self):
        days = [step.on for step in steps(self.events)]
        assert days == sorted(days) and all(day <= TODAY for day in days)

    @invariant()
    def nothing_follows_an_end(self):
        course = steps(self.events)
        ends = [self.kind.states[step.state].is_end for step in course]
        assert not any(ends[:-1])
        assert is_open(self.kind, course) == (bool(ends) and not ends[-1])

    @invariant()
    def spans_equal_the_steps(self):
        course = steps(self.events)
        lasting = [step for step in course if not self.kind.states[step.state].is_end]
        found = spans(self.kind, course)
        assert [(s.seq, s.state, s.from_on) for s in found] == [(s.seq, s.state, s.on) for s in lasting]
        assert all(left.until_on == right.from_on for left, right in pairwise(found))
        if found:
            assert (found[-1].until_on is None) == is_open(self.kind, course)
            assert found[-1].board == board_of(course[: len(found)])

    @invariant()
    def at_most_one_span_holds_on_a_day(self):
        found = spans(self.kind, steps(self.events))
        for day in (TODAY - timedelta(days=n) for n in range(0, 60, 7)):
            assert sum(s.from_on <= day < (s.until_on or date.max) for s in found) <= 1

    @invariant()
    def runs_in_a_figure_begin_and_end(self):
        found = spans(self.kind, steps(self.events))
        assert all(span.figure for span in found if span.is_new or span.is_last)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def on(day):
    return date.fromisoformat(day)


def quoted():
    return [
        Event(1, Sort.BASELINE, "NQ_BASE", on("2015-03-02"), reason=Origin.HISTORY),
        Event(2, Sort.STEP, "NQ_INNO", on("2016-06-27")),
        Event(3, Sort.STEP, "NQ_DELISTED", on("2019-01-08"), reason="voluntary"),
    ]


def test_layers_are_one_run_in_the_figure():
    first, second = spans(LADDER.kinds["NEEQ"], steps(quoted()))
    assert (first.is_new, first.is_last) == (True, False)
    assert (second.is_new, second.is_last, second.until_on) == (False, True, on("2019-01-08"))


def test_a_firm_that_moved_in_quoted_is_not_new():
    moved = [Event(1, Sort.BASELINE, "NQ_BASE", on("2015-03-02"), reason=Origin.MOVED_IN)]
    assert [span.is_new for span in spans(LADDER.kinds["NEEQ"], steps(moved))] == [False]


def test_nothing_follows_the_end():
    again = Event(4, Sort.STEP, "NQ_BASE", on("2020-01-01"))
    assert [o.field for o in obstacles(LADDER.kinds["NEEQ"], quoted(), again, TODAY)] == ["state"]


def test_voiding_the_end_opens_the_attempt_again():
    mended = [*quoted(), Event(4, Sort.VOID, reason="看错公告", corrects=3)]
    assert obstacles(LADDER.kinds["NEEQ"], mended[:3], mended[3], TODAY) == []
    assert is_open(LADDER.kinds["NEEQ"], steps(mended))


def test_a_correction_that_breaks_a_later_step_is_refused():
    """Voiding the baseline would leave an innovation layer without a beginning."""
    void = Event(4, Sort.VOID, reason="看错", corrects=1)
    assert obstacles(LADDER.kinds["NEEQ"], quoted(), void, TODAY) != []
    late = Event(4, Sort.REDATE, on=on("2017-01-01"), reason="看错", corrects=1)
    assert [o.field for o in obstacles(LADDER.kinds["NEEQ"], quoted(), late, TODAY)] == ["on"]


def test_a_correction_needs_a_reason_and_a_step():
    assert obstacles(LADDER.kinds["NEEQ"], quoted(), Event(4, Sort.VOID, corrects=3), TODAY)[0].field == "reason"
    assert obstacles(LADDER.kinds["NEEQ"], quoted(), Event(4, Sort.VOID, reason="x", corrects=9), TODAY) != []


def test_a_stale_decision_is_refused():
    assert obstacles(LADDER.kinds["NEEQ"], quoted(), Event(3, Sort.VOID, reason="x", corrects=3), TODAY) != []


def test_a_new_attempt_does_not_begin_before_the_old_one_ended():
    pool = Event(1, Sort.STEP, "NQ_POOL", on("2018-01-01"))
    assert obstacles(LADDER.kinds["NEEQ"], [], pool, TODAY, earlier=on("2019-01-08")) != []
    assert obstacles(LADDER.kinds["NEEQ"], [], pool, TODAY, earlier=on("2018-01-01")) == []


def test_suspension_is_no_end():
    kind = LADDER.kinds["IPO"]
    history = [
        Event(1, Sort.BASELINE, "IP_INQUIRY", on("2024-01-10"), "MAIN", Origin.HISTORY),
        Event(2, Sort.STEP, "IP_SUSPENDED", on("2024-03-31"), reason="figures_expired"),
    ]
    assert is_open(kind, steps(history))
    assert obstacles(kind, history, Event(3, Sort.STEP, "IP_INQUIRY", on("2024-06-30")), TODAY) == []


def test_a_reason_of_the_list_is_asked():
    odd = Event(3, Sort.STEP, "NQ_DELISTED", on("2019-01-08"), reason="whim")
    assert [o.field for o in obstacles(LADDER.kinds["NEEQ"], quoted()[:2], odd, TODAY)] == ["reason"]


def test_a_step_without_reasons_takes_none():
    odd = Event(2, Sort.STEP, "NQ_INNO", on("2016-06-27"), reason="voluntary")
    assert [o.field for o in obstacles(LADDER.kinds["NEEQ"], quoted()[:1], odd, TODAY)] == ["reason"]


def test_a_listing_needs_its_board():
    kind = LADDER.kinds["IPO"]
    without = Event(1, Sort.BASELINE, "IP_LISTED", on("2020-01-01"), reason=Origin.HISTORY)
    assert [o.field for o in obstacles(kind, [], without, TODAY)] == ["board"]


def test_a_track_is_restricted_until_it_is_public():
    kind = LADDER.kinds["IPO"]
    coached = [Event(1, Sort.BASELINE, "IP_COACH_DONE", on("2024-01-10"), reason=Origin.HISTORY)]
    accepted = [*coached, Event(2, Sort.STEP, "IP_ACCEPTED", on("2024-05-10"), "STAR")]
    assert is_restricted(kind, steps(coached)) and not is_restricted(kind, steps(accepted))
    assert not is_restricted(LADDER.kinds["NEEQ"], ())


def test_a_transfer_to_another_board_is_no_exit():
    listed = [
        Event(1, Sort.BASELINE, "IP_LISTED", on("2022-01-10"), "BSE", Origin.HISTORY),
        Event(2, Sort.STEP, "IP_TRANSFERRED", on("2024-01-10"), "STAR"),
    ]
    assert [span.is_last for span in spans(LADDER.kinds["IPO"], steps(listed))] == [False]
