"""Without a time of day: in the app at once, by mail on a working morning, never in the evening."""

import pytest

from crm.core import clock
from crm.core.db import writing
from crm.followups import chasing
from tests.reminders.morning import at, of, promise, visited


@pytest.mark.parametrize("before", ["2026-11-24T08:30:00", "2026-11-24T11:00:00"])
def test_what_is_planned_after_the_mails_of_the_day_waits_for_the_next_working_morning(
    app, server, firm, cast, now, page, before
):
    at(now, app, before)
    promise(firm, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T21:40:00")
    assert server.received == []
    assert "问增容进度" in page.as_(cast.lin).open("reminders.centre").text

    at(now, app, "2026-11-25T00:10:00")
    assert server.received == []
    at(now, app, "2026-11-25T08:30:00")
    [mail] = server.received
    assert mail.text.count("/followups/") == 1


def test_asked_in_the_evening_the_mail_comes_with_the_morning_after_the_weekend(app, server, firm, cast, now):
    made = promise(firm, cast.lin, "2026-12-04")
    at(now, app, "2026-11-27T08:30:00")
    now.set("2026-11-27T17:55:00+08:00")
    with writing():
        chasing.promises([made.id], by=cast.manager)
    for moment in ("2026-11-27T18:00:00", "2026-11-28T10:00:00"):
        at(now, app, moment)
    assert server.received == [] and len(of("chased")) == 1

    assert at(now, app, "2026-11-30T08:30:00")["accepted"] == 1


def test_a_visit_written_down_at_night_sends_nobody_a_mail_at_night(app, server, firm, cast, now):
    at(now, app, "2026-11-24T08:30:00")
    now.set("2026-11-24T22:00:00+08:00")
    visited(firm, cast.zhou, clock.today())
    assert at(now, app, "2026-11-24T22:01:00") == {"planned": 1}
    assert at(now, app, "2026-11-25T08:30:00")["accepted"] == 1


def test_when_nothing_ran_in_the_morning_the_mails_leave_later_on_the_same_day(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24")
    promise(firm, cast.zhou, "2026-11-24")
    assert at(now, app, "2026-11-24T16:20:00")["accepted"] == 2
    assert at(now, app, "2026-11-24T16:21:00") == {}


def test_a_morning_still_to_come_lets_nothing_out_when_the_clock_was_set_back(app, server, firm, cast, now):
    at(now, app, "2026-11-25T08:30:00")
    at(now, app, "2026-11-24T09:00:00")
    promise(firm, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T10:00:00")
    assert server.received == [] and len(of("followup_due")) == 1
