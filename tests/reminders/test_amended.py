"""The author hears what others do with his visit; what he did himself, and what an import did, is no news."""

from datetime import date, time

import pytest

from crm.core.db import writing
from crm.timeline import record
from crm.visits import amending, replanning, restoring
from crm.visits.models import Visit
from tests.reminders.morning import at, of, visited
from tests.visits.listing import planned

DAY = date(2026, 11, 23)


@pytest.fixture
def visit(firm, cast) -> Visit:
    return visited(firm, cast.lin, DAY)


def correct(visit, by, text="改过的") -> None:
    with writing():
        amending.correct(
            visit, version=visit.version, by=by, kind="onsite", on=DAY, met="王总", is_not_met=False, text=text,
            contact=None, leaders="", companions="",
        )  # fmt: skip


def void(visit, by) -> None:
    with writing():
        amending.void(visit, reason="核实不属实", by=by)


def words(server) -> str:
    return "".join(mail.text for mail in server.received)


def test_a_correction_and_a_void_by_the_manager_are_told_once(app, server, firm, cast, visit, now, page):
    correct(visit, cast.manager)
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1
    void(visit, cast.manager)
    assert at(now, app, "2026-11-25T08:31:00")["accepted"] == 1
    assert at(now, app, "2026-11-26T08:31:00") == {}

    first, second = (mail.text for mail in server.received)
    assert "李军 更正了你的走访记录" in first and f"/visits/{visit.id}" in first and "改过的" not in first
    assert "李军 作废了你的走访记录" in second and "核实不属实" not in second, "the reason stands behind the link"
    page.as_(cast.lin).open("reminders.centre")
    assert "李军 作废了你的走访记录" in page.text
    assert "核实不属实" in page.open("desk.visit", visit_id=visit.id).text


def test_what_the_author_does_himself_is_no_news(app, server, firm, cast, visit, now):
    correct(visit, cast.lin), void(visit, cast.lin)
    at(now, app, "2026-11-24T08:31:00")
    assert of("visit_amended") == [] and server.received == []


def test_a_void_taken_back_before_the_mail_is_not_told_as_one(app, server, firm, cast, visit, now):
    at(now, app, "2026-11-23T09:01:00")
    void(visit, cast.manager)
    at(now, app, "2026-11-23T17:00:00")
    with writing():
        restoring.restore(visit, by=cast.manager)
    at(now, app, "2026-11-24T08:31:00")
    assert "作废了你的走访记录" not in words(server) and "李军 恢复了你已作废的走访记录" in words(server)


def test_moved_to_another_firm_it_is_one_notice_at_the_new_one(app, server, make, firm, cast, visit, now):
    other = make.enterprise("杭州另一家公司", short_name="另一家", commissioner=cast.manager)
    with writing():
        amending.move(visit, other, reason="选错", by=cast.manager)
    at(now, app, "2026-11-24T08:31:00")
    assert words(server).count("李军 把你的走访记录改到了这家企业") == 1 and "另一家" in words(server)


def test_a_plan_moved_or_called_off_by_the_manager_is_told(app, server, firm, cast, now):
    first, second = planned(firm, cast.lin, days=20), planned(firm, cast.lin, days=21)
    with writing():
        replanning.replan(first, version=first.version, on=date(2026, 12, 30), at=time(9), reason="", by=cast.manager)
        amending.void(second, reason="不去了", by=cast.manager)
    at(now, app, "2026-11-24T08:31:00")
    assert "李军 把你的计划走访改了期" in words(server) and "2026-12-30" in words(server)
    assert "李军 取消了你的计划走访" in words(server)


def test_what_a_ledger_changed_is_not_told_and_a_downtime_loses_nothing(app, server, firm, cast, visit, now):
    with writing():
        record(firm.id, "visit.edited", by=cast.manager, subject=("visit", visit.id), via="import", changes={})
    at(now, app, "2026-11-24T08:31:00")
    assert server.received == []
    correct(visit, cast.manager)
    assert at(now, app, "2026-12-04T15:00:00")["accepted"] == 1


def test_two_acts_on_one_visit_before_one_mail_are_both_told(app, server, firm, cast, visit, now):
    correct(visit, cast.manager), void(visit, cast.manager)
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1
    [mail] = server.received
    assert "李军 更正了你的走访记录" in mail.text and "李军 作废了你的走访记录" in mail.text
    assert {str(r.state) for r in of("visit_amended")} == {"sent"}


def test_a_plan_moved_to_tomorrow_is_told_as_moved_and_as_tomorrows(app, server, firm, cast, now):
    plan = planned(firm, cast.lin, days=20)
    with writing():
        replanning.replan(plan, version=plan.version, on=date(2026, 11, 25), at=None, reason="", by=cast.manager)
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1
    [mail] = server.received
    assert "李军 把你的计划走访改了期" in mail.text and "和达生物: 计划走访 (2026-11-25)" in mail.text
    assert [str(r.state) for r in of("visit_tomorrow") + of("visit_amended")] == ["sent", "sent"]
