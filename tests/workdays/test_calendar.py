"""Deadlines count statutory working days: holidays rest, make-up weekends work, an unpublished year never crashes."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.db import db, writing
from crm.workdays import notices
from crm.workdays.models import CalendarDay
from crm.workdays.rules import Calendar, Kind, Special, WorkingDate, WorkingDays, Year
from crm.workdays.words import rest_name

pytestmark = pytest.mark.rules

calendar = Calendar(notices.shipped())
days = st.dates()
published_days = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-02-12", 3, "2026-02-24"),
        ("2026-02-12", 7, "2026-02-28"),
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-09-29", 3, "2026-10-09"),
        ("2026-09-29", 10, "2026-10-19"),
    ],
)
def test_a_deadline_skips_holidays_and_counts_make_up_days(start, count, due):
    assert calendar.add(day(start), count) == WorkingDate(day(due), estimated=False)
    assert calendar.between(day(start), day(due)) == WorkingDays(count, estimated=False)


def test_every_published_day_agrees_with_an_independent_calendar():
    first = date(2024, 1, 1)
    for n in range((date(2026, 12, 31) - first).days + 1):
        on = first + timedelta(days=n)
        assert calendar.is_working_day(on) == chinese_calendar.is_workday(on), on


def test_a_due_day_on_a_holiday_moves_forward_or_back():
    eve = day("2026-02-15")
    assert calendar.roll(eve).on == day("2026-02-24")
    assert calendar.roll_back(eve).on == day("2026-02-14")
    assert calendar.roll(day("2026-02-14")).on == day("2026-02-14")
    assert calendar.next_working_day(day("2026-02-14")).on == day("2026-02-24")


def test_an_unpublished_year_follows_the_week_and_says_so():
    assert not calendar.is_published(2027)
    assert calendar.is_working_day(day("2027-10-01"))
    assert calendar.add(day("2026-12-30"), 1) == WorkingDate(day("2026-12-31"), estimated=False)
    assert calendar.add(day("2026-12-30"), 2) == WorkingDate(day("2027-01-01"), estimated=True)
    assert calendar.between(day("2026-12-01"), day("2026-12-31")).estimated is False
    assert calendar.between(day("2026-12-31"), day("2027-01-04")) == WorkingDays(2, estimated=True)


def test_a_later_notice_turns_the_estimate_into_a_fact():
    notice = Year(2027, "", {day("2027-01-01"): Special(Kind.REST, "元旦")})
    assert Calendar([*notices.shipped(), notice]).add(day("2026-12-31"), 1) == WorkingDate(day("2027-01-04"), False)


def test_the_bureau_overrides_the_notice_and_the_notice_the_week():
    flood = {day("2026-10-08"): Special(Kind.REST, "防汛调休"), day("2026-10-01"): Special(Kind.WORK)}
    bureau = Calendar(notices.shipped(), flood)

    assert not bureau.is_working_day(day("2026-10-08")) and calendar.is_working_day(day("2026-10-08"))
    assert bureau.is_working_day(day("2026-10-01")) and not calendar.is_working_day(day("2026-10-01"))
    assert bureau.special(day("2026-10-08")).label == "防汛调休"
    assert calendar.special(day("2026-10-08")) is None


def test_a_notice_may_reach_into_its_neighbour():
    notice = Year(2027, "", {day("2026-12-31"): Special(Kind.REST, "元旦")})
    assert not Calendar([notice, *notices.shipped()]).is_working_day(day("2026-12-31"))


def test_the_ends_of_time_are_survived():
    assert calendar.add(date.max, 5).on == date.max
    assert calendar.add(date.min, -5).on == date.min
    assert calendar.between(date.min, date.max).count > 2_000_000


@given(days, st.integers(-60, 60))
def test_no_year_raises_and_the_result_is_worked(start, count):
    found = calendar.add(start, count)
    if count and found.on not in (date.min, date.max):
        assert calendar.is_working_day(found.on)
        eve = timedelta(days=count < 0)  # backwards the start does not count, the day found does
        assert calendar.between(start - eve, found.on - eve).count == count


@given(published_days, published_days)
def test_counting_equals_looking_at_every_day(start, end):
    if start > end:
        start, end = end, start
    every = (start + timedelta(days=n + 1) for n in range((end - start).days))
    assert calendar.between(start, end).count == sum(map(calendar.is_working_day, every))
    assert calendar.between(end, start).count == -calendar.between(start, end).count


@given(days)
def test_rolling_twice_moves_once(on):
    assert calendar.roll(calendar.roll(on).on).on == calendar.roll(on).on
    assert calendar.roll_back(on).on <= on <= calendar.roll(on).on


def test_a_rest_day_without_a_name_is_called_one(app):
    with app.test_request_context(), writing():
        db.session.add(CalendarDay(day=date(2026, 12, 2), kind="rest"))
        db.session.flush()
        assert rest_name(date(2026, 12, 2)) == "放假"


def test_a_rest_day_is_named_and_a_working_day_is_not(app):
    days = {date(2026, 10, 1): "国庆节", date(2026, 11, 28): "周六", date(2026, 11, 30): "", date(2026, 1, 4): ""}
    with app.test_request_context():
        assert {day: rest_name(day) for day in days} == days
