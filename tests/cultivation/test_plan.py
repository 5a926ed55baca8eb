"""What is expected of a track: said once, changed with a reason, its slippage counted."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.cultivation import outlooks, planning
from crm.cultivation.models import Track
from crm.cultivation.plan_models import TrackOutlook, TrackPlan
from crm.cultivation.rules import plan as rules
from crm.cultivation.rules.plan import Plan, Slippage


def day(text):
    return date.fromisoformat(text)


def goal(text, state="A", **more):
    return Plan(state, goal_on=day(text) if text else None, **more)


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ([], (0, 0)),
        ([goal("2027-03-01")], (0, 0)),
        ([goal("2027-03-01"), goal("2027-06-01"), goal("2027-05-01"), goal("2027-10-01")], (2, 245)),
        ([goal("2027-03-01"), goal(""), goal("2027-10-01")], (0, 0)),
        ([Plan("A", day("2027-01-01")), Plan("A", day("2027-02-01"))], (1, 31)),
        ([Plan("A", day("2027-01-01")), Plan("B", day("2027-02-01"))], (0, 0)),
        ([goal("2027-03-01", next_on=day("2027-01-01")), goal("2027-03-01", next_on=day("2027-02-01"))], (0, 0)),
    ],
)
def test_how_often_and_how_far_it_was_put_off(plans, expected):
    assert rules.slippage(plans) == Slippage(*expected)


@pytest.mark.parametrize(("times", "days", "words"), [(0, 0, None), (3, 213, "7 months"), (1, 12, "12 days")])
def test_months_where_there_are_any(times, days, words):
    said = rules.slipped(times, days)
    assert said is None if words is None else words in str(said)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Plan("A"), ""),
        (goal("2027-03-01", goal_class="certain"), "goal_class"),
        (goal("2027-03-01", blocker="确权"), "blocked_by"),
        (goal("2027-03-01", blocked_by="bureau"), "blocker"),
        (goal("2027-03-01", blocker="确权", blocked_by="weather"), "blocked_by"),
        (goal("2027-03-01", next_on=day("2027-03-02")), "goal_on"),
    ],
)
def test_what_cannot_be_planned(wanted, field):
    assert [each.field for each in rules.obstacles(None, wanted, "")] == [field]


def test_stalled_is_longer_than_one_and_a_half_planning_times():
    today = day("2026-11-23")
    assert not rules.is_stalled(60, day("2026-08-25"), today)
    assert rules.is_stalled(60, day("2026-08-24"), today)
    assert not rules.is_stalled(None, day("1999-01-01"), today)


@pytest.fixture
def track(way):
    way.done("NEEQ", "NQ_POOL", "2026-01-05")
    way.done("NEEQ", "NQ_ENGAGED", "2026-03-05")
    return db.session.scalars(select(Track)).one()


def planned(track, wanted, by, *, seq=None, reason=""):
    last = planning.newest(track.id)
    with writing():
        return planning.plan(track, wanted, seq=seq or (last.seq if last else 0) + 1, by=by, reason=reason)


def test_a_change_asks_its_reason_and_leaves_the_earlier_rows(track, cast):
    planned(track, goal("2027-03-01", goal_class="sure", next_on=day("2026-12-01")), cast.lin)
    later = goal("2027-10-01", goal_class="trying", blocker="确权", blocked_by="department")
    with pytest.raises(RuleBroken) as broken:
        planned(track, later, cast.lin)
    assert [each.field for each in broken.value.obstacles] == ["reason"]
    planned(track, later, cast.lin, reason="土地证未办")

    rows = db.session.scalars(select(TrackPlan).order_by(TrackPlan.seq)).all()
    assert [(row.goal_on.isoformat(), row.reason, row.by_name) for row in rows] == [
        ("2027-03-01", "", "林晓"), ("2027-10-01", "土地证未办", "林晓"),
    ]  # fmt: skip
    now = db.session.get_one(TrackOutlook, track.id)
    assert (now.goal_class, now.blocker, now.blocked_by, now.slips, now.slipped_days) == (
        "trying", "确权", "department", 1, 214,
    )  # fmt: skip


def test_of_two_who_change_it_at_once_the_second_looks_first(track, cast):
    planned(track, goal("2027-03-01"), cast.lin)
    with pytest.raises(RuleBroken, match="meanwhile"):
        planned(track, goal("2027-04-01"), cast.zhou, seq=1, reason="晚了")


def test_a_step_taken_leaves_nothing_expected_of_the_next(track, way, cast):
    planned(track, goal("2027-03-01", next_on=day("2026-12-01")), cast.lin)
    way.done("NEEQ", "NQ_RESTRUCT", "2026-06-05")
    db.session.expire_all()
    now = db.session.get_one(TrackOutlook, track.id)
    assert (now.next_on, now.goal_on) == (None, day("2027-03-01"))
    planned(track, goal("2027-03-01", next_on=day("2027-01-10")), cast.lin, reason="股改启动")
    assert db.session.get_one(TrackOutlook, track.id).next_on == day("2027-01-10")


def test_what_has_ended_is_not_planned(track, way, cast):
    way.done("NEEQ", "NQ_DROPPED", "2026-06-05", reason="plan_dropped")
    with pytest.raises(RuleBroken, match="ended"):
        planned(track, goal("2027-03-01"), cast.lin)


def test_an_outlook_that_disagrees_is_found_and_mended(track, cast):
    planned(track, goal("2027-03-01"), cast.lin)
    with db.engine.begin() as raw:
        raw.exec_driver_sql("UPDATE track_outlook SET slips = 7")
    db.session.rollback()
    assert outlooks.wrong() == [track.id]
    assert outlooks.mend() == 1
    assert outlooks.wrong() == []


def test_it_is_planned_on_its_page_and_shown_in_the_file(page, track, cast, firm):
    page.as_(cast.lin).open("cultivation.plan", track_id=track.id)
    filled = {"goal_on": "2027-03-31", "goal_class": "sure", "blocker": "厂房确权", "blocked_by": "department"}
    page.submit(**filled).follow()
    assert "确保" in page.text and "其他部门：厂房确权" in page.text and "2027-03" in page.text
    page.open("cultivation.plan", track_id=track.id)
    page.submit(goal_on="2027-10-31", expect=422)
    assert "写明调整原因" in page.text
    page.submit(goal_on="2027-10-31", reason="审计报告过期").follow()
    assert "推迟 1 次，共 7 个月" in page.text
    page.open("desk.enterprise", enterprise_id=firm.id)
    assert "计划调整" in page.text and "审计报告过期" in page.text


def test_a_plan_of_what_is_not_public_is_kept_to_those_entitled(page, way, cast, firm):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    track = db.session.scalars(select(Track)).one()
    planned(track, goal("2027-03-01", blocker="金丝雀确权", blocked_by="bureau"), cast.lin)
    for who, sees in ((cast.lin, True), (cast.auditor, True), (cast.admin, False)):
        for tab in ("tracks", "timeline", "audit"):
            page.as_(who).open("desk.enterprise", enterprise_id=firm.id, tab=tab)
            assert sees or "金丝雀" not in page.text, tab
    page.as_(cast.admin).open("cultivation.plan", track_id=track.id, expect=403)
