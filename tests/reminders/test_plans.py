"""A planned visit is told the working day before and, with a time, two hours before; moved, it is told anew."""

from datetime import time, timedelta

import pytest

from crm.core import clock
from crm.core.db import writing
from crm.reminders import planning
from crm.visits import amending
from tests.reminders.morning import at, moved, of, planned


def told(kind: str) -> list[tuple[str, str, str]]:
    return [(r.basis, str(r.state), r.cancel_reason) for r in of(kind)]


def test_with_a_time_it_is_mailed_the_day_before_and_two_hours_before(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-11-25", time(14))
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1
    at(now, app, "2026-11-25T08:31:00"), at(now, app, "2026-11-25T11:59:00")
    assert len(server.received) == 1
    at(now, app, "2026-11-25T12:00:01"), at(now, app, "2026-11-25T12:05:00")

    assert len(server.received) == 2
    assert server.received[1].message["Subject"] == "【提醒】和达生物：计划走访，2026-11-25 14:00"
    assert f"/visits/{plan.id}" in server.received[1].text and "今天的计划走访" in server.received[1].text
    assert told("visit_timed") == [("2026-11-25T14:00", "sent", "")]


def test_moved_before_it_was_told_only_the_new_day_is_told(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-11-25")
    at(now, app, "2026-11-24T07:00:00")
    moved(plan, cast.lin, "2026-11-27")
    at(now, app, "2026-11-24T08:31:00"), at(now, app, "2026-11-25T08:31:00")
    assert server.received == []
    assert at(now, app, "2026-11-26T08:31:00")["accepted"] == 1
    assert told("visit_tomorrow") == [("2026-11-25", "cancelled", "moved to another day"), ("2026-11-27", "sent", "")]


def test_another_time_of_the_day_is_another_mail_and_the_first_never_leaves(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-11-24", time(14))
    at(now, app, "2026-11-24T08:31:00")
    before = len(server.received)
    moved(plan, cast.lin, "2026-11-24", time(16))
    at(now, app, "2026-11-24T12:01:00")
    assert len(server.received) == before
    at(now, app, "2026-11-24T14:01:00")
    assert "16:00" in server.received[-1].message["Subject"] and len(server.received) == before + 1
    assert told("visit_timed") == [
        ("2026-11-24T14:00", "cancelled", "moved to another day"),
        ("2026-11-24T16:00", "sent", ""),
    ]


def test_moved_while_its_mail_waits_in_the_queue_it_does_not_leave(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-11-24", time(14))
    at(now, app, "2026-11-24T08:31:00")
    server.received.clear()
    now.set("2026-11-24T12:01:00+08:00")
    moved(plan, cast.lin, "2026-11-26", time(14))
    at(now, app, "2026-11-24T12:02:00")
    assert server.received == []


def test_moved_away_and_back_it_is_told_again(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-11-25")
    at(now, app, "2026-11-24T07:00:00")
    moved(plan, cast.lin, "2026-11-27")
    at(now, app, "2026-11-24T07:10:00")
    moved(plan, cast.lin, "2026-11-25")
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1
    assert told("visit_tomorrow") == [("2026-11-25", "sent", "")]


def test_planned_within_two_hours_called_off_on_a_rest_day_or_over_it_sends_nothing(app, server, firm, cast, now):
    now.set("2026-11-24T10:00:00+08:00")
    planned(firm, cast.lin, "2026-11-24", time(11, 30))
    off = planned(firm, cast.lin, "2026-11-24", time(15))
    planned(firm, cast.lin, "2026-11-24", time(16))
    at(now, app, "2026-11-24T10:01:00")
    with writing():
        amending.void(off, reason="不去了", by=cast.lin)
    at(now, app, "2026-11-24T17:00:00")
    assert server.received == [], "the scheduler stood still until the visit was over"
    assert [basis for basis, state, _why in told("visit_timed") if state != "cancelled"] == []

    planned(firm, cast.lin, "2026-11-28", time(14))
    at(now, app, "2026-11-27T08:31:00")
    friday = len(server.received)
    at(now, app, "2026-11-28T12:01:00")
    assert friday == 1 and len(server.received) == 1, "a Saturday: Friday's mail has told it"


def test_moved_to_today_after_the_mail_the_mover_knows_it(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, (clock.today() + timedelta(days=9)).isoformat())
    at(now, app, "2026-11-24T10:00:00")
    moved(plan, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T10:05:00"), at(now, app, "2026-11-25T08:31:00")
    assert server.received == [] and told("visit_tomorrow") == []


def test_moved_to_today_without_a_time_by_the_manager_the_author_is_mailed_at_once_and_once(
    app, server, firm, cast, now
):
    plan = planned(firm, cast.lin, "2026-12-03")
    at(now, app, "2026-11-24T10:00:00")
    moved(plan, cast.manager, "2026-11-24")
    assert at(now, app, "2026-11-24T10:05:00")["accepted"] == 1
    assert server.received[0].message["Subject"] == "【提醒】和达生物：计划走访，2026-11-24"
    at(now, app, "2026-11-24T10:06:00"), at(now, app, "2026-11-25T08:31:00")
    assert [mail.text.count("计划走访 (") for mail in server.received] == [1, 0], "the next mail tells who moved it"
    assert told("visit_tomorrow") == [("2026-11-24", "sent", "")]


def test_moved_to_today_by_the_manager_before_the_mail_of_the_morning_it_stands_in_it(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-12-03")
    now.set("2026-11-24T07:30:00+08:00")
    moved(plan, cast.manager, "2026-11-24")
    at(now, app, "2026-11-24T07:31:00"), at(now, app, "2026-11-24T08:31:00")
    [mail] = server.received
    assert "计划走访 (2026-11-24)" in mail.text and "改了期" in mail.text


def test_moved_within_two_hours_by_the_manager_the_author_is_mailed_by_himself_he_knows(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-12-03")
    at(now, app, "2026-11-24T10:00:00")
    moved(plan, cast.manager, "2026-11-24", time(11, 30))
    assert at(now, app, "2026-11-24T10:05:00")["accepted"] == 1
    assert server.received[0].message["Subject"] == "【提醒】和达生物：计划走访，2026-11-24 11:30"
    moved(plan, cast.lin, "2026-11-24", time(11, 45))
    at(now, app, "2026-11-24T10:10:00"), at(now, app, "2026-11-24T11:40:00")
    assert len(server.received) == 1 and told("visit_tomorrow") == []


def test_moved_to_today_by_the_manager_in_the_evening_nobody_is_mailed_then(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-12-03")
    at(now, app, "2026-11-24T10:00:00")
    now.set("2026-11-24T21:00:00+08:00")
    moved(plan, cast.manager, "2026-11-24")
    at(now, app, "2026-11-24T21:05:00")
    assert server.received == [] and told("visit_tomorrow") == [("2026-11-24", "planned", "")]
    at(now, app, "2026-11-25T08:31:00")
    assert len(server.received) == 1


def test_a_mail_of_its_own_that_could_not_leave_on_its_day_never_leaves(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, "2026-12-03")
    at(now, app, "2026-11-24T10:00:00")
    moved(plan, cast.manager, "2026-11-24")
    now.set("2026-11-24T10:05:00+08:00")
    assert planning.plan(clock.now())["planned"] == 2, "and nothing was delivered on that day"
    at(now, app, "2026-11-25T07:00:00")
    assert told("visit_tomorrow") == [("2026-11-24", "cancelled", "its time has passed")] and server.received == []


@pytest.mark.parametrize("hour", [None, time(14)])
def test_moved_to_a_rest_day_by_the_manager_after_the_last_mail_before_it_the_author_is_mailed_at_once(
    app, server, firm, cast, now, hour
):
    plan = planned(firm, cast.lin, "2026-12-10")
    at(now, app, "2026-11-27T08:31:00")
    now.set("2026-11-27T10:00:00+08:00")
    moved(plan, cast.manager, "2026-11-28", hour)
    assert at(now, app, "2026-11-27T10:05:00")["accepted"] == 1
    [mail] = server.received
    assert "2026-11-28" in mail.message["Subject"] and "今天" not in mail.text and "计划走访" in mail.text
    at(now, app, "2026-11-28T12:01:00")
    assert len(server.received) == 1
