"""What stays overdue is told to the manager of the owner's unit: one line of a mail that goes out, once per promise."""

from datetime import date

import pytest

from crm.accounts import posts
from crm.core import clock
from crm.core.bureau import set_bureau
from crm.core.db import db, writing
from crm.enterprises.serving_models import Liaison, StandIn
from crm.followups import services as followups
from crm.permissions import Domain, Role
from crm.reminders.planning import plan
from tests.reminders.morning import at, change, of, promise, tick


@pytest.fixture
def firm(make, cast):
    with writing():
        cast.manager.email = "manager@example.cn"
        db.session.flush()
    return make.enterprise(
        "杭州和达生物技术有限公司", short_name="和达生物", unit=cast.section, commissioner=cast.lin,
        since=date(2026, 11, 2),
    )  # fmt: skip


def through(now, app, *days: str) -> None:
    for day in days:
        at(now, app, f"{day}T08:31:00")


def to(server, person) -> list[str]:
    return [mail.text for mail in server.received if mail.recipient == person.email]


def test_the_manager_is_told_once_after_five_working_days(app, server, firm, cast, now, page):
    made = promise(firm, cast.lin, "2026-11-24")
    through(now, app, "2026-11-24", "2026-11-25", "2026-11-27", "2026-11-30")
    assert of("late_in_unit") == [], "four working days"
    through(now, app, "2026-12-01", "2026-12-02", "2026-12-09")

    [mail] = to(server, cast.manager)
    assert "和达生物: 本单位逾期跟进（林晓，已逾期 5 个工作日）" in mail and f"/followups/{made.id}" in mail
    assert "问增容进度" in page.as_(cast.manager).open("reminders.centre").text
    page.open("followups.followup", followup_id=made.id)


def test_the_bureau_sets_the_days(app, server, firm, cast, now):
    with writing():
        set_bureau("late_days", 2, by_id=None, by_name="x")
    promise(firm, cast.lin, "2026-11-24")
    through(now, app, "2026-11-24", "2026-11-25")
    assert of("late_in_unit") == []
    through(now, app, "2026-11-26")
    assert len(to(server, cast.manager)) == 1


def test_done_or_moved_before_the_mail_left_is_told_to_nobody(app, server, firm, cast, now):
    first, second = promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.lin, "2026-11-24", "第二件")
    through(now, app, "2026-11-24")
    now.set("2026-12-01T07:00:00+08:00")
    plan(clock.now())
    assert len(of("late_in_unit")) == 2
    with writing():
        followups.finish(first, by=cast.lin)
        followups.postpone(second, to_on=date(2026, 12, 3), reason="x", by=cast.lin)
    through(now, app, "2026-12-01")
    assert to(server, cast.manager) == []
    assert [r.cancel_reason for r in of("late_in_unit")] == ["done", "moved to another day"]
    through(now, app, "2026-12-03", "2026-12-10")
    assert len(to(server, cast.manager)) == 1, "late once more, and never told before"


def test_the_nearest_manager_hears_it_nobody_of_himself(app, server, make, firm, cast, now):
    chief = make.user("科长", unit=cast.section, role=Role.MANAGER, over=cast.section, email="chief@example.cn")
    make.user(
        "专班", unit=cast.section, role=Role.MANAGER, over=cast.section, domain=Domain.SAFETY, email="d@example.cn"
    )
    make.user("别处", unit=cast.elsewhere, role=Role.MANAGER, over=cast.elsewhere, email="e@example.cn")
    promise(firm, cast.lin, "2026-11-24"), promise(firm, chief, "2026-11-24", "科长自己的")
    through(now, app, "2026-11-24", "2026-12-01")

    assert sorted((r.recipient.name) for r in of("late_in_unit")) == ["李军", "科长"]
    assert "本单位逾期跟进（林晓" in to(server, chief)[-1] and "（科长" not in to(server, chief)[-1].split("本单位")[-1]
    assert "本单位逾期跟进（科长" in to(server, cast.manager)[-1]
    assert not {"d@example.cn", "e@example.cn"} & {mail.recipient for mail in server.received}


def test_who_may_not_see_the_firm_is_not_told(app, server, make, firm, cast, now):
    foreign = make.enterprise("杭州外单位公司", unit=cast.elsewhere, since=date(2026, 11, 2))
    promise(foreign, cast.lin, "2026-11-24")
    through(now, app, "2026-11-24", "2026-12-01")
    assert of("late_in_unit") == [] and to(server, cast.manager) == []


def test_a_manager_whose_post_ends_before_the_mail_is_told_nothing_his_successor_is(app, server, make, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24")
    through(now, app, "2026-11-24")
    now.set("2026-12-01T07:00:00+08:00")
    plan(clock.now())
    db.session.expire_all()
    [post] = list(cast.manager.posts)
    with writing():
        posts.end_post(post, by=cast.admin)
    new = make.user("新科长", unit=cast.bureau, role=Role.MANAGER, over=cast.bureau, email="new@example.cn")
    through(now, app, "2026-12-01")
    assert to(server, cast.manager) == [] and len(to(server, new)) == 1
    assert [r.cancel_reason for r in of("late_in_unit")] == ["another unit has it", ""]


def test_without_an_address_it_stands_in_the_app_and_a_downtime_loses_nothing(app, server, firm, cast, now):
    change(cast.manager, email=None)
    promise(firm, cast.lin, "2026-11-24")
    through(now, app, "2026-11-24", "2026-12-21")
    tick(app)
    assert [str(r.state) for r in of("late_in_unit")] == ["in_app"]


WAYS = {"unit": True, "section": True, "territory": True, "commissioner": True, "liaison": True, "stand_in": True,
        "ended_liaison": False, "none": False}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_told_is_who_may_see_it_by_the_clause_of_every_page(app, server, make, cast, now, page, way):
    change(cast.manager, email="manager@example.cn")
    place = {f"{way}_id": cast.section.id} if way in ("section", "territory") else {}
    foreign = make.enterprise(
        "杭州外单位公司", unit=cast.section if way == "unit" else cast.elsewhere, since=date(2026, 11, 2),
        commissioner=cast.lin if way == "commissioner" else cast.stranger, **place,
    )  # fmt: skip
    began = date(2026, 11, 3)
    with writing():
        if "liaison" in way:
            until = began if way.startswith("ended") else None
            db.session.add(Liaison(enterprise_id=foreign.id, leader_id=cast.manager.id, from_on=began, until_on=until))
        if way == "stand_in":
            db.session.add(StandIn(official_id=cast.stranger.id, deputy_id=cast.manager.id, from_on=began))
    made = promise(foreign, cast.lin, "2026-11-24")
    through(now, app, "2026-11-24", "2026-12-01")

    assert ["本单位逾期跟进" in text for text in to(server, cast.manager)] == [True] * WAYS[way]
    page.as_(cast.manager).open("followups.followup", followup_id=made.id, expect=200 if WAYS[way] else 404)
