"""Each kind: whom it tells, on which day, and what makes it fall away."""

from datetime import date, time

import pytest

from crm.core.db import writing
from crm.enterprises.queries import commissioner_of
from crm.followups import services as followups
from crm.handover import services as handover
from crm.visits.models import VisitState
from tests.reminders.morning import at, change, of, promise, tick, visited

# --- overdue


def test_late_is_told_on_the_first_and_third_working_day_and_then_only_beside_others(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-26")
    assert at(now, app, "2026-11-26T08:31:00")["accepted"] == 1
    assert at(now, app, "2026-11-27T08:31:00")["accepted"] == 1, "one working day late"
    for day in ("2026-11-28", "2026-11-29", "2026-11-30"):
        assert at(now, app, f"{day}T08:31:00") == {}
    assert at(now, app, "2026-12-01T08:31:00")["accepted"] == 1, "three working days late, a weekend between"
    assert at(now, app, "2026-12-02T08:31:00") == {}
    assert [r.step for r in of("followup_overdue")] == [1, 3]

    promise(firm, cast.lin, "2026-12-03")
    assert at(now, app, "2026-12-03T08:31:00")["accepted"] == 1
    assert "另有 1 项跟进逾期较久" in server.received[-1].text
    assert "跟进逾期 · 1 项" in server.received[1].text


def test_after_ten_days_of_downtime_a_late_promise_is_one_line_not_three(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24")
    at(now, app, "2026-12-04T11:00:00"), tick(app)

    [mail] = server.received
    assert mail.text.count("/followups/") == 1
    assert of("followup_overdue") == []
    assert at(now, app, "2026-12-07T08:31:00")["accepted"] == 1


def test_a_late_promise_that_is_done_is_not_told_again(app, server, firm, cast, now):
    made = promise(firm, cast.lin, "2026-11-26")
    at(now, app, "2026-11-26T08:31:00")
    with writing():
        followups.finish(made, by=cast.lin)
    assert at(now, app, "2026-11-27T08:31:00") == {}


# --- with a time of day


@pytest.mark.parametrize(
    ("due", "too_early", "sent"),
    [(time(14), "11:59", "12:00"), (time(9), "08:29", "08:30"), (time(10, 30), "08:29", "08:30")],
)
def test_with_a_time_it_is_mailed_alone_two_hours_before_and_not_before_the_morning(
    app, server, firm, cast, now, due, too_early, sent
):
    change(promise(firm, cast.lin, "2026-11-24"), due_time=due)
    at(now, app, f"2026-11-24T{too_early}:00")
    assert server.received == []
    at(now, app, f"2026-11-24T{sent}:01")
    tick(app)

    [mail] = server.received
    assert mail.message["Subject"] == f"【提醒】和达生物：跟进到期，2026-11-24 {due:%H:%M}"
    assert [r.state for r in of("followup_due")] == ["sent"]


def test_a_time_that_moves_cancels_the_mail_and_makes_another(app, server, firm, cast, now):
    made = promise(firm, cast.lin, "2026-11-24")
    change(made, due_time=time(14))
    at(now, app, "2026-11-24T08:31:00")
    change(made, due_time=time(16))
    at(now, app, "2026-11-24T12:01:00")
    assert server.received == []
    at(now, app, "2026-11-24T14:01:00")

    [mail] = server.received
    assert "16:00" in mail.message["Subject"]
    assert [(r.state, r.cancel_reason) for r in of("followup_due")] == [
        ("cancelled", "moved to another day"),
        ("sent", ""),
    ]


def test_a_time_missed_by_a_downtime_comes_with_the_next_morning(app, server, firm, cast, now):
    change(promise(firm, cast.lin, "2026-11-24"), due_time=time(14))
    assert at(now, app, "2026-11-25T08:31:00")["accepted"] == 1
    assert "/followups/" in server.received[0].text


# --- visits


def test_somebody_elses_visit_is_told_to_whoever_serves_the_firm(app, server, firm, cast, now):
    visited(firm, cast.lin, date(2026, 11, 23))
    theirs = visited(firm, cast.zhou, date(2026, 11, 23))
    change(visited(firm, cast.manager, date(2026, 11, 22)), source="import")
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1

    [told] = of("visited_by_other")
    assert (told.subject_id, told.recipient_id) == (theirs.id, cast.lin.id)
    assert "周敏 已走访" in server.received[0].text


def test_a_planned_visit_is_told_the_working_day_before(app, server, firm, cast, now):
    made = visited(firm, cast.lin, date(2026, 11, 23))
    change(made, state=VisitState.PLANNED, visited_on=date(2026, 11, 30))
    assert at(now, app, "2026-11-26T08:31:00") == {}
    assert at(now, app, "2026-11-27T08:31:00")["accepted"] == 1, "planned for Monday, told on Friday"
    assert at(now, app, "2026-11-30T08:31:00") == {}
    assert "计划走访" in server.received[0].text


# --- enterprises received


def test_what_somebody_handed_over_is_one_line_of_the_next_mail_and_an_import_is_none(app, server, make, cast, now):
    firms = [make.enterprise(commissioner=cast.lin, unit=cast.section) for _ in range(3)]
    at(now, app, "2026-11-23T17:00:00")
    with writing():
        for firm in firms[:2]:
            serving = commissioner_of(firm.id)
            handover.hand_over(firm, cast.zhou, replaces=serving.id, by=cast.manager, note="交接")
    at(now, app, "2026-11-23T17:05:00")
    assert server.received == [] and len(of("enterprises_handed")) == 1, "in the app at once"

    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1
    assert server.received[0].recipient == cast.zhou.email
    assert server.received[0].text.count("新增服务企业 2 家") == 1
    assert {r.recipient_id for r in of("enterprises_received")} == {cast.lin.id}, "a list had given him his"
    assert at(now, app, "2026-11-25T08:31:00") == {}


def test_what_was_handed_over_twice_on_one_day_is_told_to_who_has_it(app, server, make, cast, now):
    firm = make.enterprise(commissioner=cast.lin, unit=cast.section)
    for to in (cast.zhou, cast.lin):
        with writing():
            handover.hand_over(firm, to, replaces=commissioner_of(firm.id).id, by=cast.manager, note="x")
    at(now, app, "2026-11-24T08:31:00")

    assert [mail.recipient for mail in server.received] == [cast.lin.email]
