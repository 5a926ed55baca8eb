"""Tracks: a clock that runs out is told to whoever serves, a standstill once a week; no mail names a plan."""

from datetime import date

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.cultivation import correcting, services
from crm.cultivation.models import Track
from crm.cultivation.rules.gates import Proposed
from crm.cultivation.rules.history import Origin, Sort
from crm.enterprises.queries import commissioner_of
from crm.handover import services as handover
from crm.reminders.kinds import track_deadline
from tests.reminders.morning import at, change, of


@pytest.fixture
def track(firm, cast, now):
    """The letter of 10 March 2026 ends on 10 March 2027: 90 days before it are on 10 December 2026."""
    now.set("2026-12-09T07:30:00+08:00")
    return begun(firm, "IPO", "IP_COACH_DONE", "2026-03-10", cast)


def begun(firm, kind, state, on, cast):
    with writing():
        made = services.baseline(
            firm, kind, Proposed(state, date.fromisoformat(on), 0), origin=Origin.HISTORY, by=cast.manager
        )
    return db.session.get_one(Track, made.track_id)


def told(kind="track_deadline"):
    return [(r.step, r.basis, r.recipient_id, r.state.value) for r in of(kind)]


def test_ninety_and_thirty_days_before_the_letter_ends_its_commissioner_gets_a_mail(server, app, now, track, cast):
    at(now, app, "2026-12-09T09:00:00")
    assert told() == []
    at(now, app, "2026-12-10T09:00:00")
    (mail,) = server.to(cast.lin.email)
    assert "2027-03-10" in mail.text and "和达生物" in mail.text
    for word in ("辅导", "上市", "完成函", "培育", "IPO", "进程"):
        assert word not in mail.text and word not in mail.message["Subject"], word
    at(now, app, "2026-12-11T09:00:00"), at(now, app, "2027-02-07T09:00:00")
    assert [row[0] for row in told()] == [90]
    at(now, app, "2027-02-08T09:00:00"), at(now, app, "2027-03-30T09:00:00")
    assert [(row[0], row[3]) for row in told()] == [(90, "sent"), (30, "sent")]
    assert len(server.to(cast.lin.email)) == 2


def test_in_the_app_it_says_what_ends_and_its_link_leads_to_the_tracks(app, now, track, cast, page):
    at(now, app, "2026-12-10T07:30:00")
    page.as_(cast.lin).open("reminders.centre")
    assert "境内上市：辅导工作完成函到期" in page.text


@pytest.mark.parametrize("how", ["accepted", "redated", "voided", "ended"])
def test_what_overtakes_the_clock_cancels_what_has_not_left(app, now, track, cast, firm, how):
    at(now, app, "2026-12-10T07:30:00")
    assert [row[3] for row in told()] == ["planned"]
    with writing():
        if how == "accepted" or how == "ended":
            state, more = ("IP_ACCEPTED", {"board": "MAIN"}) if how == "accepted" else ("IP_DROPPED", {})
            firm.name = "杭州和达生物技术股份有限公司"
            reason = {"reason": "plan_dropped"} if how == "ended" else {}
            step = Proposed(state, date(2026, 12, 1), 1, grade="published", document_no="1", **more, **reason)
            made = services.propose(firm, "IPO", step, seq=2, by=cast.lin)
        else:
            sort, on = (Sort.REDATE, date(2026, 4, 10)) if how == "redated" else (Sort.VOID, None)
            correcting.correct(track, 1, sort, seq=2, reason="看错", by=cast.manager, on=on)
    if how == "accepted":
        with writing():
            services.confirm(made, by=cast.manager)
    at(now, app, "2026-12-10T07:35:00")
    assert [row[3] for row in told()] == ["cancelled"]


def test_whoever_takes_the_firm_over_is_told_in_his_turn(app, now, track, cast, firm, make):
    at(now, app, "2026-12-10T07:30:00")
    with writing():
        handover.hand_over(firm, cast.zhou, replaces=commissioner_of(firm.id).id, by=cast.manager, note="分工调整")
    at(now, app, "2026-12-10T07:35:00")
    assert [(row[2], row[3]) for row in told()] == [(cast.lin.id, "cancelled"), (cast.zhou.id, "planned")]


def test_a_clock_told_for_the_last_time_is_not_looked_at_any_more(app, now, track, cast, count_queries):
    at(now, app, "2027-02-08T07:30:00")
    assert [row[0] for row in told()] == [30]
    with count_queries() as seen:
        assert track_deadline.due(clock.today()) == []
    assert len(seen) == 1


def test_the_manager_hears_once_a_week_how_many_stand_still(server, app, now, firm, cast, page):
    now.set("2026-11-25T07:30:00+08:00")
    change(cast.manager, email="lijun@example.cn")
    begun(firm, "IPO", "IP_COACH", "2025-01-10", cast), begun(firm, "NEEQ", "NQ_BASE", "2015-01-10", cast)
    at(now, app, "2026-11-25T09:00:00"), at(now, app, "2026-11-26T09:00:00")
    (mail,) = server.received
    assert "1 个进程停留超过计划时间 1.5 倍" in mail.text and "和达" not in mail.text and "辅导" not in mail.text
    at(now, app, "2026-11-29T09:00:00")
    assert len(of("tracks_stalled")) == 1
    at(now, app, "2026-11-30T09:00:00")
    assert [r.basis for r in of("tracks_stalled")] == ["2026-11-23", "2026-11-30"]
    page.as_(cast.manager).open("track_steps.stalled")
    assert "和达生物" in page.text and "辅导备案" in page.text
    page.as_(cast.admin).open("track_steps.stalled")
    assert "和达生物" not in page.text
    assert "1 停滞的培育进程" in page.as_(cast.manager).open("desk.home").text or "停滞的培育进程 1" in page.text
