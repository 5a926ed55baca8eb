"""29 February, months without a 31st, the days on which clocks change: told on the day that the calendar has."""

from datetime import date, time

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.core.months import months_later
from crm.enterprises.models import Enterprise
from crm.tiers import services as tiers
from crm.visits import services as visits
from tests.reminders.morning import at, of, promise, tick, visited


def plan(firm, by, on: date, hour: time | None) -> None:
    with writing():
        visits.plan(firm, by=by, kind="onsite", on=on, at=hour, note="", client_key=f"plan-{on}")


def test_promised_for_the_leap_day_it_is_told_on_it_and_late_from_the_first_of_march(app, server, firm, cast, now):
    now.set("2028-02-21T09:00:00+08:00")
    visited(firm, cast.lin, date(2028, 2, 21))
    promise(firm, cast.lin, "2028-02-29")
    assert at(now, app, "2028-02-28T08:31:00").get("accepted") is None
    assert at(now, app, "2028-02-29T08:31:00")["accepted"] == 1
    assert "跟进到期 (2028-02-29" in server.received[0].text
    assert at(now, app, "2028-03-01T08:31:00")["accepted"] == 1, "one working day late"
    assert at(now, app, "2028-03-02T08:31:00") == {}
    assert at(now, app, "2028-03-03T08:31:00")["accepted"] == 1, "three"
    assert [(r.step, r.basis) for r in of("followup_overdue")] == [(1, "2028-02-29"), (3, "2028-02-29")]


def test_the_leap_day_is_a_working_day_between_two_others(app, server, firm, cast, now):
    promise(firm, cast.lin, "2028-02-28")
    at(now, app, "2028-02-28T08:31:00"), at(now, app, "2028-02-29T08:31:00")
    assert at(now, app, "2028-03-01T08:31:00") == {}, "two working days late"
    assert at(now, app, "2028-03-02T08:31:00")["accepted"] == 1
    assert [r.due_on for r in of("followup_overdue")] == [date(2028, 2, 29), date(2028, 3, 2)]


def test_a_visit_planned_for_the_leap_day_is_told_the_day_before_and_two_hours_before(app, server, firm, cast, now):
    now.set("2028-02-21T09:00:00+08:00")
    plan(firm, cast.lin, date(2028, 2, 29), time(14))
    at(now, app, "2028-02-25T08:31:00"), server.received.clear()
    for moment, mails in (("28T08:31", 1), ("29T08:31", 1), ("29T11:59", 1), ("29T12:01", 2)):
        at(now, app, f"2028-02-{moment}:00")
        assert len(server.received) == mails, moment
    assert [r.basis for r in of("visit_timed")] == ["2028-02-29T14:00"]


@pytest.mark.parametrize(
    ("last", "before", "told"),
    [("2027-12-31", "2028-03-29", "2028-03-30"), ("2028-02-29", "2028-05-26", "2028-05-29"),
     ("2027-01-29", "2027-04-28", "2027-04-29")],
)  # fmt: skip
def test_ninety_days_of_silence_count_the_leap_day(app, server, silent_firm, cast, now, last, before, told):
    now.set(f"{last}T09:00:00+08:00")
    visited(silent_firm, cast.lin, date.fromisoformat(last))
    at(now, app, f"{before}T08:31:00")
    assert of("enterprise_silent") == [] and server.received == []
    assert at(now, app, f"{told}T08:31:00")["accepted"] == 1
    assert "已 90 天未走访" in server.received[0].text


@pytest.mark.parametrize(
    ("on", "due"),
    [("2028-01-31", "2028-02-29"), ("2027-01-31", "2027-02-28"), ("2028-02-29", "2028-03-29"),
     ("2027-03-31", "2027-04-30"), ("2027-12-31", "2028-01-31")],
)  # fmt: skip
def test_a_visit_a_month_from_a_31st_is_due_on_the_last_of_a_short_month(app, firm, cast, now, on, due):
    now.set(f"{on}T09:00:00+08:00")
    with writing():
        tiers.set_tier(firm, "T1", by=cast.clerk)
    visited(firm, cast.lin, date.fromisoformat(on))
    db.session.expire_all()
    assert db.session.get_one(Enterprise, firm.id).next_visit_due_on == date.fromisoformat(due)


@pytest.mark.rules
def test_months_later_is_the_same_day_of_that_month_or_its_last():
    for ordinal in range(date(2027, 1, 1).toordinal(), date(2029, 3, 1).toordinal()):
        day = date.fromordinal(ordinal)
        for months in (1, 2, 3, 6, 12, 48):
            later = months_later(day, months)
            assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
            is_last = date.fromordinal(later.toordinal() + 1).day == 1
            assert later.day == day.day or (is_last and later.day < day.day)


@pytest.mark.parametrize(
    ("eve", "morning"),
    [("2027-03-26", "2027-03-29T08:30:30+02:00"), ("2027-10-29", "2027-11-01T08:30:30+01:00")],
)
def test_where_clocks_change_the_mail_comes_at_the_same_hour(app, server, firm, cast, now, eve, morning):
    now.set(f"{eve}T12:00:00+00:00")
    clock.configure("Europe/Berlin", lambda: now.ahead)
    tick(app), server.received.clear()
    promise(firm, cast.lin, morning[:10])
    now.set(morning.replace("08:30:30", "08:29:30"))
    tick(app)
    assert server.received == []
    now.set(morning)
    assert tick(app)["accepted"] == 1


def test_where_clocks_change_what_came_after_midnight_is_told_of_its_own_day_only(app, make, cast, now):
    now.set("2027-03-29T00:30:00+02:00")
    clock.configure("Europe/Berlin", lambda: now.ahead)
    make.enterprise(commissioner=cast.lin)
    tick(app)
    assert [r.basis for r in of("enterprises_received")] == ["2027-03-29"], "the 28th had 23 hours"
