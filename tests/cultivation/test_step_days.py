"""The bureau plans other days for a step than the files do: from a day on, told by whom, and back again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.cultivation import step_days
from crm.cultivation.models import Track
from crm.cultivation.rules.ladder import ladder
from crm.reminders.kinds import tracks_stalled
from crm.timeline import Entry

STEP = "NQ_POOL"
SHIPPED = ladder().state(STEP).days


def planned(days, cast, *, since=None):
    with writing():
        step_days.plan_days(ladder().state(STEP), days, since=since or clock.today(), by=cast.admin)


def stalled():
    return list(db.session.scalars(select(Track.state).where(step_days.stalled()).order_by(Track.state)))


@pytest.fixture
def slow(way):
    """In its step for one day longer than one and a half times 40 days."""
    way.baseline("NEEQ", STEP, (clock.today() - timedelta(days=61)).isoformat())


def test_what_stands_still_goes_by_the_days_of_the_bureau(slow, cast):
    assert SHIPPED * 1.5 > 61 and stalled() == []
    planned(40, cast)
    assert stalled() == [STEP]
    planned(41, cast)
    assert stalled() == []
    planned(40, cast)
    planned(step_days.AS_SHIPPED, cast)
    assert stalled() == []


def test_longer_days_of_the_bureau_keep_a_track_from_standing_still(way, cast):
    way.baseline("NEEQ", STEP, (clock.today() - timedelta(days=SHIPPED * 2)).isoformat())
    assert stalled() == [STEP]
    planned(SHIPPED * 2, cast)
    assert stalled() == []


def test_days_hold_from_their_day_on(slow, now, cast):
    planned(40, cast, since=clock.today() + timedelta(days=2))
    assert stalled() == []
    now.set((clock.now() + timedelta(days=2)).isoformat())
    assert stalled() == [STEP]


def test_the_administrator_sets_them_on_the_ladder_and_every_page_goes_by_them(page, slow, firm, cast):
    page.as_(cast.manager).open("cultivation.board_of", track_kind="NEEQ")
    assert "停滞 61 天" not in page.text
    page.as_(cast.admin).open("ladder.planned_days", track_kind="NEEQ", state=STEP)
    page.submit(days="40", since="2026-11-01", expect=422)
    page.submit(days="0", since="2026-11-23", expect=422)
    page.submit(days="40", since="2026-11-23")
    assert f"出厂值 {SHIPPED} 天" in page.follow().text
    page.as_(cast.manager)
    for address in ("/board/NEEQ", "/board", "/board/table", "/board/table?pace=stalled"):
        assert "停滞 61 天" in page.open(address).response.text, address
    assert "计划 40 天" in page.open("desk.enterprise", enterprise_id=firm.id, tab="tracks").text
    assert "61" in page.open("track_steps.stalled").text
    assert "停滞的培育进程" in page.open("desk.home").text
    with writing():
        assert [row["recipient_id"] for row in tracks_stalled.due(clock.today())] == [cast.manager.id]
    page.as_(cast.admin).open("ladder.planned_days", track_kind="NEEQ", state=STEP)
    page.submit(days="", since="2026-11-23")
    assert "停滞 61 天" not in page.as_(cast.manager).open("cultivation.board_of", track_kind="NEEQ").text
    told = db.session.scalars(select(Entry).where(Entry.kind == "setting.changed").order_by(Entry.id)).all()
    assert [(e.body["key"], e.body["before"], e.body["after"], e.actor_id) for e in told] == [
        (f"planning.{STEP}", SHIPPED, 40, cast.admin.id), (f"planning.{STEP}", 40, SHIPPED, cast.admin.id),
    ]  # fmt: skip
    page.as_(cast.admin).open("ladder.planned_days", track_kind="NEEQ", state="NQ_DROPPED", expect=404)


def test_an_end_has_no_days(cast, app):
    end = next(state for state in ladder().kinds["NEEQ"].states.values() if state.is_end)
    with pytest.raises(RuleBroken), writing():
        step_days.plan_days(end, 40, since=clock.today(), by=cast.admin)
