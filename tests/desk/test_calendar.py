"""The calendar: what is on which day, mine or my unit's; no date there is makes it fall."""

from datetime import date, timedelta

import pytest

from crm.core.db import db, writing
from crm.desk import calendar_days, calendar_pages
from crm.desk.calendar_days import days_of, span_of
from crm.visits.models import Visit
from tests.followups.test_followup import promise


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin)


def planned(firm, by, on):
    with writing():
        db.session.add(
            Visit(enterprise_id=firm.id, kind="onsite", counts=True, visited_on=on, state="planned", author_id=by.id,
                  text="", client_key=f"planned-{firm.id}-{on}")
        )  # fmt: skip
        db.session.flush()


@pytest.mark.parametrize("view", ["month", "week", "agenda"])
@pytest.mark.parametrize(
    "day",
    ["2026-01-01", "2024-02-29", "2026-12-31", "2027-01-01", "1950-01-01", "2200-12-31", "0001-01-01", "9999-12-31"],
)
def test_every_span_holds_its_day_in_whole_weeks_and_leads_on(view, day):
    span = span_of(view, date.fromisoformat(day))
    length = (span.last - span.first).days + 1

    assert length == 30 if view == "agenda" else length % 7 == 0 and span.first.weekday() == 0
    assert span_of(view, span.after).first >= span.first >= span_of(view, span.before).first


def test_follow_ups_and_planned_visits_stand_on_their_days(page, cast, firm):
    promise(firm, cast.lin, text="问增容进度"), promise(firm, cast.zhou, text="周的")
    planned(firm, cast.lin, date(2026, 12, 2))
    page.as_(cast.lin).open("/calendar?day=2026-11-23&view=agenda")
    assert "问增容进度" in page.text and "计划走访" in page.text and "周的" not in page.text
    assert "周的" not in page.open("/calendar?of=unit&view=agenda").text
    assert "周的" in page.as_(cast.manager).open("/calendar?of=unit&view=agenda&day=2026-11-23").text
    assert "问增容进度" not in page.as_(cast.stranger).open("/calendar?of=unit&view=agenda").text


def test_holidays_make_up_days_and_an_unpublished_year_say_what_they_are(app, page, cast):
    with app.test_request_context():
        days, missing, _cut = days_of(span_of("month", date(2026, 10, 1)), cast.lin, is_unit=False)
        by_day = {day.on: (day.is_working, day.is_special, day.label) for day in days}
        assert by_day[date(2026, 10, 1)] == (False, True, "国庆节")
        assert by_day[date(2026, 10, 10)] == (True, True, "国庆节")
        assert by_day[date(2026, 10, 17)] == (False, False, "")
        assert missing == set()
    assert "尚未公布" not in page.as_(cast.lin).open("/calendar?day=2026-10-01").text
    assert "2027 年节假日安排尚未公布" in page.open("/calendar?day=2027-01-01").text
    for day in ("2024-02-29", "nonsense", "9999-12-31", "0001-01-01", "2026-02-31"):
        for view in ("month", "week", "agenda", "year"):
            page.open(f"/calendar?day={day}&view={view}")


def test_a_day_leads_to_a_new_follow_up_on_it_and_back(page, cast, firm):
    page.as_(cast.lin).open("/calendar?day=2026-11-23")
    [day] = [a for a in page.all("a") if a.get("aria-label") == "在 2026-12-03 新建跟进"]
    page.open(day.get("href"))
    [chip] = [a for a in page.all("a") if f"enterprise={firm.id}" in (a.get("href") or "")]
    page.open(chip.get("href"))
    page.submit(followup_text="送批文")
    assert page.response.headers["Location"].startswith("/calendar?day=2026-11-23")
    assert "送批文" in page.follow().response.text


def test_a_follow_up_of_a_year_without_its_notice_says_so(page, cast, firm):
    followup = promise(firm, cast.lin, date(2027, 3, 1))
    assert "暂定" in page.as_(cast.lin).open("followups.followup", followup_id=followup.id).text
    assert "暂定" in page.open("/followups").text
    assert "暂定" not in page.open("followups.followup", followup_id=promise(firm, cast.lin).id).text


@pytest.mark.parametrize("n", [2, 20])
def test_a_month_costs_the_same_for_few_and_many(page, make, cast, count_statements, n):
    for number in range(n):
        other = make.enterprise(unit=cast.section, commissioner=cast.lin)
        promise(other, cast.lin, date(2026, 11, 24) + timedelta(days=number % 5))
        planned(other, cast.lin, date(2026, 11, 25))
    page.as_(cast.lin).open("/calendar?day=2026-11-23")
    with count_statements() as seen:
        page.open("/calendar?day=2026-11-23")
    assert 0 < len(seen) <= 12


def test_more_than_a_calendar_holds_is_told_with_the_way_to_all(page, make, cast, firm, monkeypatch):
    for number in range(4):
        promise(firm, cast.lin, on=date(2026, 11, 24 + number), text=f"第 {number} 项")
        planned(make.enterprise(unit=cast.section), cast.lin, date(2026, 11, 24))
    page.as_(cast.lin).open("/calendar?day=2026-11-23")
    assert "日历只排" not in page.text and "另有 1 次计划走访" in page.text
    monkeypatch.setattr(calendar_days, "MOST", 3)
    monkeypatch.setattr(calendar_pages, "MOST", 3)
    page.open("/calendar?day=2026-11-23")

    assert "共有 4 项跟进，日历只排前 3 项" in page.text and "共计划 4 次走访，日历只排前 3 次" in page.text
    ways = [a.get("href") for a in page.all("a") if a.text == "在列表中查看全部"]
    assert page.open(ways[0]).text.count("第 3 项") == 1, "the one that is not on the calendar"
    assert "共 4 条" in page.open(ways[1]).text
