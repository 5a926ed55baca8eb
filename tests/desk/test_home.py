"""Home by duty: nobody who signs in stands before a closed door."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from crm.core import clock
from crm.core.bureau import set_bureau
from crm.core.db import db, writing
from crm.desk import home_unit
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.handover import attached
from tests.followups.test_followup import promise


def numbers(page):
    return {
        "".join(card.itertext()).split()[1]: int("".join(card.itertext()).split()[0])
        for card in page.all("a", **{"class": "number"})
    }


@pytest.mark.parametrize(("who", "firms"), [("manager", 1), ("leader", 1), ("auditor", 2), ("admin", 2)])
def test_whoever_reads_over_firms_is_shown_their_figures(page, cast, make, who, firms):
    make.enterprise(unit=cast.section)
    make.enterprise(unit=cast.elsewhere)
    page.as_(getattr(cast, who)).open("desk.home")

    assert numbers(page)["企业"] == firms
    assert "还没有由你服务的企业" not in page.text


def test_a_leader_begins_with_the_firms_he_is_linked_to(page, cast, make):
    firm = make.enterprise("杭州和达有限公司", unit=cast.section, commissioner=cast.lin)
    make.enterprise("杭州博拓有限公司", unit=cast.section)
    with writing():
        attached.set_leader(firm, cast.leader, replaces=0, on=clock.today(), by=cast.manager)
    page.as_(cast.leader).open("desk.home")

    assert "我联系的企业" in page.text
    assert "杭州和达有限公司" in page.text and "杭州博拓有限公司" not in page.text


def test_an_empty_register_tells_each_person_the_first_step(page, cast):
    page.as_(cast.clerk).open("desk.home")
    assert page.all("a", href="/imports/new") and not numbers(page)

    page.as_(cast.manager).open("desk.home")
    assert "内勤或管理员导入企业名单后" in page.text and not numbers(page)


def test_two_people_of_one_name_are_late_each_for_himself(page, cast, make, now):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin)
    twin = make.user(cast.lin.name, unit=cast.bureau)
    for owner in (cast.lin, twin):
        with writing():
            followups.add(firm, owner=owner, due_on=clock.today(), text=f"第{owner.id}件", by=owner)
    now.move(days=1)
    page.as_(cast.manager).open("desk.home")
    overdue = "/followups?of=unit&when=overdue&person="
    doors = [a.get("href") for a in page.all("a") if (a.get("href") or "").startswith(overdue)]
    assert len(set(doors)) == 2

    for door in doors:
        page.open(door)
        assert page.text.count("第") == 1


def test_silence_on_home_is_that_of_ones_unit_as_in_its_reminder(page, make, cast):
    firm = make.enterprise("杭州久静科技有限公司", unit=cast.section, commissioner=cast.lin, since=date(2026, 1, 4))
    with writing():
        firm.last_visit_on = clock.today() - timedelta(days=50)
    assert "久静科技" not in page.as_(cast.lin).open("desk.home").text
    with writing():
        set_bureau("silence_days", 40, unit_id=cast.section.id, by_id=None, by_name="test")
    assert "久静科技" in page.open("desk.home").text
    assert any("silent=40" in (a.get("href") or "") for a in page.all("a"))


def test_more_late_people_than_are_shown_are_told_with_the_whole_count(page, make, cast, monkeypatch):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin)
    for person in (cast.lin, cast.zhou, cast.leader):
        promise(firm, person)
    promise(firm, cast.lin, text="另一件")
    with writing():
        db.session.execute(update(Followup).values(due_on=date(2026, 11, 2)))
    assert "逾期人员共" not in page.as_(cast.manager).open("desk.home").text
    monkeypatch.setattr(home_unit, "MOST_PEOPLE", 2)
    page.open("desk.home")
    assert "逾期人员共 3 人、4 项，这里只列前 2 人。" in page.text
    [way] = [a.get("href") for a in page.all("a") if a.text == "在列表中查看全部"]
    assert "共 4 条" in page.open(way).text
