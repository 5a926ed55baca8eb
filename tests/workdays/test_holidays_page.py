"""The notice is pasted as printed; before it is loaded one sees which dates it moves, and only then they move."""

import io
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.followups.models import FollowupMove
from crm.visits.models import Visit
from crm.workdays import services
from crm.workdays.models import CalendarDay
from crm.workdays.notices import parse, shipped
from crm.workdays.queries import as_if_loaded, calendar
from crm.workdays.rules import Kind
from tests.followups.test_followup import promise
from tests.imports.test_faults import at_once

PRINTED_2026 = """国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。"""
PRINTED_2027 = """国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕9号
一、元旦：2027年1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历腊月二十九、周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月13日（周六）上班。
三、国庆节、中秋节：9月30日（周四）至10月6日（周三）放假调休，共7天。9月26日（周日）上班。"""


def test_the_printed_notice_says_what_the_shipped_table_says():
    [table] = [year for year in shipped() if year.year == 2026]
    read = parse(PRINTED_2026)
    assert {day: (s.kind, s.label, s.en) for day, s in read.days.items()} == {
        day: (s.kind, s.label, s.en) for day, s in table.days.items()
    }
    assert read.source == "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"


def test_a_range_over_the_end_of_a_month_and_a_double_holiday_are_read():
    days = parse(PRINTED_2027).days
    assert [d for d, s in days.items() if s.label == "国庆节、中秋节" and s.kind is Kind.REST] == [
        date(2027, 9, 30) + timedelta(days=n) for n in range(7)
    ]
    assert days[date(2027, 1, 31)].kind is Kind.WORK


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("1月31日（周日）", "2月1日（周一）"),
        ("2月5日", "2月30日"),
        ("至10月6日", "至8月6日"),
        ("1月1日", "1日"),
        ("、", "_"),
    ],
)
def test_a_mistyped_notice_is_refused_in_words(was, now):
    with pytest.raises(RuleBroken):
        parse(PRINTED_2027.replace("2027年1月1日", "1月1日").replace(was, now))


@pytest.mark.parametrize("text", [PRINTED_2027, PRINTED_2026.replace("至7日", "至6日"), PRINTED_2026])
def test_the_preview_is_the_calendar_after_loading(app, cast, text):
    notice = parse(text)
    with writing():
        services.set_day(date(notice.year, 10, 2), Kind.WORK, label="值守", by=cast.admin)
    foreseen, seen = as_if_loaded(notice), services.preview(notice)
    with writing():
        assert services.take_over(notice, by=cast.admin).changed == seen.changed
    days = [date(notice.year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [calendar().is_working_day(d) for d in days] == [foreseen.is_working_day(d) for d in days]


def test_the_administrator_sees_what_moves_then_loads_it(page, make, cast):
    firm = make.enterprise("杭州和达生物技术有限公司", commissioner=cast.lin)
    followup = promise(firm, cast.lin, date(2027, 2, 8), "问增容进度")
    with writing():
        db.session.add(
            Visit(enterprise_id=firm.id, kind="onsite", counts=True, visited_on=date(2027, 2, 9), state="planned",
                  author_id=cast.lin.id, text="", client_key="planned-2027")
        )  # fmt: skip
        firm.next_visit_due_on = date(2027, 10, 1)
        db.session.flush()
    page.as_(cast.admin).open("workdays.holidays")
    assert "2027 年的放假通知尚未载入" in page.text
    page.submit(text="放假通知", expect=422)
    page.submit(text=PRINTED_2027, expect=200)
    for words in ("问增容进度", "2027-02-08 → 2027-02-12", "2027-02-09", "2027-10-01", "国庆节、中秋节"):
        assert words in page.text
    assert followup.due_on == date(2027, 2, 8) and not calendar().is_published(2027)

    page.submit()
    assert (followup.due_on, followup.postponed) == (date(2027, 2, 12), 0)
    assert db.session.scalars(select(FollowupMove.reason)).all() == ["calendar"]
    assert db.session.scalars(select(Visit.visited_on)).all() == [date(2027, 2, 9)]
    assert "尚未载入" not in page.follow().text
    assert "暂定" not in page.as_(cast.lin).open("followups.followup", followup_id=followup.id).text
    assert "节假日安排变动" in page.text


def test_a_day_of_the_bureaus_own_is_looked_at_first_and_moves_what_falls_on_it(page, make, cast):
    firm = make.enterprise("杭州和达生物技术有限公司", commissioner=cast.lin)
    followup = promise(firm, cast.lin, date(2026, 12, 2), "问增容进度")
    cut = {"day": "2026-12-02", "kind": "rest", "label": "供电检修"}
    page.as_(cast.admin).open("workdays.holidays").submit(form="own-day", **cut, expect=200)
    assert "问增容进度" in page.text and "2026-12-02 → 2026-12-03" in page.text
    assert followup.due_on == date(2026, 12, 2)

    page.submit()
    assert followup.due_on == date(2026, 12, 3) and not calendar().is_working_day(date(2026, 12, 2))
    assert "2026-12-02 供电检修 休息日" in page.follow().text
    page.submit(form="own-day", day="2026-12-02", kind="work", label="检修改期", expect=200)
    assert "当天没有到期事项" in page.text
    page.submit()
    assert calendar().is_working_day(date(2026, 12, 2)) and followup.due_on == date(2026, 12, 3), "moved once"


@pytest.mark.slow
def test_a_day_set_by_several_at_once_is_set_once(app, cast):
    admin, day = cast.admin.id, date(2026, 12, 2)
    db.session.remove()

    def take():
        with writing():
            services.take_day(day, Kind.REST, label="供电检修", by=db.session.get_one(User, admin))

    outcome = at_once(app, *(take for _ in range(6)))
    assert [type(error) for error in outcome if error] == [RuleBroken] * 5
    assert db.session.scalars(select(CalendarDay.day)).all() == [day]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("day", "kind", "why"),
    [
        ("2026-11-23", "rest", "只能设定明天及以后的日期"),
        ("2020-01-01", "work", "只能设定明天及以后的日期"),
        ("2026-12-05", "rest", "当天本来就是如此"),
        ("2026-12-02", "work", "当天本来就是如此"),
        ("", "rest", "填写“日期”"),
    ],
)
def test_a_day_that_cannot_be_set_says_why_and_keeps_what_was_typed(page, cast, day, kind, why):
    page.as_(cast.admin).open("workdays.holidays")
    page.submit(form="own-day", day=day, kind=kind, label="防汛值守", expect=422)
    assert why in page.text
    assert page.all("input", name="label")[0].get("value") == "防汛值守"
    assert db.session.scalars(select(CalendarDay)).all() == []


def test_a_file_may_be_uploaded_and_an_auditor_only_looks(page, cast):
    page.as_(cast.admin).open("workdays.holidays")
    page.submit(files={"file": (io.BytesIO(PRINTED_2027.encode()), "2027.txt")}, expect=200)
    assert "国办发明电〔2026〕9号" in page.text
    page.open("workdays.holidays")
    page.submit(files={"file": (io.BytesIO(b"\xff\xfe"), "2027.txt")}, expect=422)
    page.as_(cast.auditor).open("workdays.holidays")
    assert not page.all("textarea")


def test_the_command_tells_programs_the_same(app, cast, make, tmp_path):
    promise(make.enterprise(commissioner=cast.lin), cast.lin, date(2027, 2, 8))
    path = tmp_path / "2027.txt"
    path.write_text(PRINTED_2027, encoding="utf-8")
    run = app.test_cli_runner().invoke
    told = json.loads(run(args=["holidays", "load", str(path), "--json"]).output)
    assert (told["year"], told["loaded"], told["moved"]) == (2027, False, 0)
    assert [(d["before"], d["after"]) for d in told["dates"]] == [("2027-02-08", "2027-02-12")]
    assert json.loads(run(args=["holidays", "load", str(path), "--json", "--apply"]).output)["moved"] == 1
