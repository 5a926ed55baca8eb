"""A deputy gets a copy of what the official is told, as long as he stands in; nothing is told to him twice."""

from datetime import date, time

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import StandIn
from crm.followups import chasing
from crm.followups import services as followups
from crm.handover import services as handover
from crm.handover import stand_ins
from crm.reminders.planning import plan
from tests.reminders.morning import at, change, moved, of, planned, promise, tick, visited


def stand_in(cast, firm=None, begins="2026-11-23", until=None, deputy=None) -> StandIn:
    with writing():
        return stand_ins.stand_in(
            cast.lin, deputy or cast.zhou, by=cast.manager, enterprise=firm, from_on=date.fromisoformat(begins),
            until_on=until and date.fromisoformat(until),
        )  # fmt: skip


def copies() -> list[tuple[str, str, str]]:
    return [(r.recipient.name, str(r.state), r.cancel_reason) for r in of("copied")]


def to(server, person) -> list[str]:
    return [mail.text for mail in server.received if mail.recipient == person.email]


def test_due_and_overdue_go_to_both_and_the_copy_says_what_it_is(app, server, firm, cast, now, page):
    stand_in(cast)
    made = promise(firm, cast.lin, "2026-11-24")
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 2
    assert at(now, app, "2026-11-25T08:31:00")["accepted"] == 2
    tick(app)

    due, late = to(server, cast.zhou)
    assert "抄送（你是林晓的B角）：跟进到期" in due and f"/followups/{made.id}" in due
    assert "抄送（你是林晓的B角）：跟进逾期" in late
    assert "抄送" not in "".join(to(server, cast.lin)) and len(to(server, cast.lin)) == 2
    page.as_(cast.zhou).open("reminders.centre")
    assert "抄送（你是林晓的B角）：跟进到期：问增容进度" in page.text
    assert "你是这家企业服务专员的B角" in page.text, "why"
    page.open("followups.followup", followup_id=made.id)


@pytest.mark.parametrize("firm_only", [True, False])
def test_only_the_enterprises_covered_are_copied(app, server, make, firm, cast, now, firm_only):
    other = make.enterprise("杭州另一家公司", commissioner=cast.lin, since=date(2026, 11, 2))
    helped = make.enterprise("杭州别人服务的公司", commissioner=cast.manager, since=date(2026, 11, 2))
    stand_in(cast, firm if firm_only else None)
    for each in (firm, other, helped):
        promise(each, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T08:31:00")

    assert {r.enterprise_id for r in of("copied")} == ({firm.id} if firm_only else {firm.id, other.id})


def test_a_duty_that_ended_before_the_mail_left_cancels_the_copy(app, server, firm, cast, now, page):
    row = stand_in(cast)
    promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T08:31:00+08:00")
    plan(clock.now())
    assert copies() == [("周敏", "planned", "")]
    with writing():
        stand_ins.end(db.session.get_one(StandIn, row.id), by=cast.manager)
    tick(app)

    assert to(server, cast.zhou) == [] and len(to(server, cast.lin)) == 1
    assert copies() == [("周敏", "cancelled", "no longer the deputy")]
    assert "问增容进度" not in page.as_(cast.zhou).open("reminders.centre").text


def test_after_the_last_day_nothing_is_copied_and_what_was_told_keeps_no_words(app, server, firm, cast, now, page):
    stand_in(cast, until="2026-11-25")
    promise(firm, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T08:31:00"), at(now, app, "2026-11-25T08:31:00")
    assert [state for _name, state, _why in copies()] == ["sent"]
    page.as_(cast.zhou).open("reminders.centre")
    assert "问增容进度" not in page.text and "已不归你" in page.text


def test_before_the_first_day_nothing_is_copied_then_what_is_still_open_once(app, server, firm, cast, now):
    open_one, done = promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.lin, "2026-11-24", "已办的")
    visited(firm, cast.manager, date(2026, 11, 23))
    at(now, app, "2026-11-24T08:31:00"), at(now, app, "2026-11-25T08:31:00")
    with writing():
        followups.finish(done, by=cast.lin)
    stand_in(cast, begins="2026-11-26")
    at(now, app, "2026-11-25T10:00:00")
    assert copies() == []
    at(now, app, "2026-11-26T08:31:00"), tick(app)

    [mail] = to(server, cast.zhou)
    assert mail.count("/followups/") == 1 and f"/followups/{open_one.id}" in mail
    assert "走访" not in mail, "news of before is no copy"


def test_what_is_done_or_moved_before_the_mail_leaves_is_copied_to_nobody(app, server, firm, cast, now):
    stand_in(cast)
    first, second = promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.lin, "2026-11-24", "第二件")
    now.set("2026-11-24T08:31:00+08:00")
    plan(clock.now())
    with writing():
        followups.finish(first, by=cast.zhou)
        followups.postpone(second, to_on=date(2026, 11, 26), reason="x", by=cast.zhou)
    tick(app)
    assert server.received == []
    assert sorted(why for _n, state, why in copies() if state == "cancelled") == ["done", "moved to another day"]


def test_done_by_mistake_and_reopened_the_copy_comes_after_all(app, server, firm, cast, now):
    stand_in(cast)
    made = promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T07:00:00+08:00")
    plan(clock.now())
    change(made, state="done", closed_at=clock.now())
    plan(clock.now())
    assert [state for _n, state, _w in copies()] == ["cancelled"]
    change(made, state="open", closed_at=None)
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 2
    assert copies() == [("周敏", "sent", "")]


def test_the_deputys_own_visit_is_no_news_to_him_somebody_elses_is(app, server, firm, cast, now):
    stand_in(cast)
    visited(firm, cast.zhou, date(2026, 11, 23))
    at(now, app, "2026-11-23T10:00:00")
    assert copies() == []
    visited(firm, cast.clerk, date(2026, 11, 23))
    at(now, app, "2026-11-24T08:31:00")
    assert len(to(server, cast.zhou)) == 1 and "抄送（你是林晓的B角）：陈芳 已走访" in to(server, cast.zhou)[0]


def test_the_deputy_who_owns_the_promise_is_told_once_and_two_duties_are_one_copy(app, server, firm, cast, now):
    stand_in(cast), stand_in(cast, firm)
    promise(firm, cast.zhou, "2026-11-24", "周敏自己的")
    promise(firm, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T08:31:00")
    [mail] = to(server, cast.zhou)
    assert mail.count("/followups/") == 2 and mail.count("抄送（") == 1
    assert len(of("copied")) == 1


def test_with_a_time_of_day_the_copy_is_mailed_two_hours_before_too(app, server, firm, cast, now):
    stand_in(cast)
    change(promise(firm, cast.lin, "2026-11-24"), due_time=time(14))
    at(now, app, "2026-11-24T08:31:00"), at(now, app, "2026-11-24T11:59:00")
    assert server.received == []
    at(now, app, "2026-11-24T12:00:01")
    assert len(to(server, cast.zhou)) == len(to(server, cast.lin)) == 1


def test_silence_a_chase_and_firms_handed_over_are_copied(app, server, make, firm, silent_firm, cast, now):
    stand_in(cast)
    at(now, app, "2026-11-24T07:00:00")
    assert [r.enterprise_id for r in of("copied")] == [silent_firm.id]
    asked = make.enterprise("杭州催办公司", commissioner=cast.lin, unit=cast.section)
    made = promise(asked, cast.lin, "2026-12-24")
    received = make.enterprise("杭州交接公司", commissioner=cast.manager, unit=cast.section)
    with writing():
        assert chasing.promises([made.id], by=cast.manager).now == 1
        handover.hand_over(received, cast.lin, replaces=commissioner_of(received.id).id, by=cast.manager, note="x")
    at(now, app, "2026-11-24T08:31:00"), at(now, app, "2026-11-25T08:31:00")
    text = "".join(to(server, cast.zhou))
    assert "抄送（你是林晓的B角）：新增服务企业 1 家" in text
    assert "抄送（你是林晓的B角）：有一项跟进" in text, text


def test_whoever_switched_copies_off_hears_nothing(app, server, firm, cast, now, page):
    page.as_(cast.zhou).open("reminders.settings").submit(copied="off")
    stand_in(cast)
    promise(firm, cast.lin, "2026-11-24")
    at(now, app, "2026-11-24T08:31:00")
    assert to(server, cast.zhou) == [] and copies() == [("周敏", "muted", "")]


@pytest.mark.parametrize("has_address", [True, False])
def test_a_plan_moved_to_today_by_the_manager_is_mailed_to_the_deputy_at_once_too(
    app, server, firm, cast, now, has_address
):
    stand_in(cast)
    if not has_address:
        change(cast.lin, email=None)
    plan = planned(firm, cast.lin, "2026-12-03")
    at(now, app, "2026-11-24T10:00:00")
    before = len(server.received)
    moved(plan, cast.manager, "2026-11-24")
    at(now, app, "2026-11-24T10:05:00")
    told = [cast.lin.email, cast.zhou.email] if has_address else [cast.zhou.email]
    assert [mail.recipient for mail in server.received[before:]] == told
    at(now, app, "2026-11-25T08:31:00")
    assert "计划走访 (2026-11-24)" not in "".join(to(server, cast.zhou)[1:]), "it is told once"
