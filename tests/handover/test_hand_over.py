"""Handing an enterprise over: one act, nothing lost, history right on every day."""

from datetime import date, timedelta

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.enterprises import assignment
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import Assignment
from crm.handover import orders, services
from crm.timeline import Entry


@pytest.fixture
def enterprise(make, cast):
    return make.enterprise(commissioner=cast.lin, since=date(2026, 3, 2))


def hand_over(enterprise, to, *, by, replaces=None, **more):
    with writing():
        replaces = replaces or commissioner_of(enterprise.id).id
        return services.hand_over(enterprise, to, replaces=replaces, by=by, note="催办用电增容", **more)


def test_the_next_one_serves_from_the_day_of_the_hand_over(enterprise, cast):
    hand_over(enterprise, cast.zhou, by=cast.manager)

    yesterday = clock.today() - timedelta(days=1)
    assert assignment.serving_on(enterprise.id, clock.today()).commissioner == cast.zhou
    assert assignment.serving_on(enterprise.id, yesterday).commissioner == cast.lin
    assert assignment.serving_on(enterprise.id, date(2026, 3, 1)) is None


def test_two_hand_overs_on_one_day_leave_an_empty_row_and_one_server(enterprise, cast):
    hand_over(enterprise, cast.zhou, by=cast.manager)
    hand_over(enterprise, cast.lin, by=cast.manager)

    rows = db.session.query(Assignment).filter_by(enterprise_id=enterprise.id).order_by(Assignment.id).all()
    assert [(r.commissioner.name, r.started_on == r.ended_on) for r in rows] == [
        ("林晓", False),
        ("周敏", True),
        ("林晓", False),
    ]
    assert assignment.serving_on(enterprise.id, clock.today()).commissioner == cast.lin


def test_a_decision_on_an_older_assignment_is_refused(enterprise, cast):
    shown = commissioner_of(enterprise.id).id
    hand_over(enterprise, cast.zhou, by=cast.manager)

    with pytest.raises(Stale) as refused:
        hand_over(enterprise, cast.stranger, by=cast.manager, replaces=shown)
    assert refused.value.current.commissioner == cast.zhou


@pytest.mark.parametrize("on", [date(2026, 3, 1), date(2026, 11, 24)])
def test_not_before_the_present_one_began_and_not_in_the_future(enterprise, cast, on):
    with pytest.raises(RuleBroken) as refused:
        hand_over(enterprise, cast.zhou, by=cast.manager, on=on)
    assert [o.field for o in refused.value.obstacles] == ["on"]
    assert commissioner_of(enterprise.id).commissioner == cast.lin


def test_the_ceiling_refuses_and_a_reason_goes_over_it(make, enterprise, cast):
    from crm.core.bureau import set_bureau

    with writing():
        set_bureau("load_limit", 1, by_id=None, by_name="test")
    make.enterprise(commissioner=cast.zhou)

    with pytest.raises(RuleBroken):
        hand_over(enterprise, cast.zhou, by=cast.manager)
    hand_over(enterprise, cast.zhou, by=cast.manager, over_limit_reason="林晓产假")

    assert commissioner_of(enterprise.id).commissioner == cast.zhou


def test_the_act_is_on_record_with_before_and_after(enterprise, cast):
    hand_over(enterprise, cast.zhou, by=cast.manager, document_no="杭经开经〔2026〕3号")

    entry = db.session.query(Entry).filter_by(kind="assignment.handed_over").one()
    assert (entry.actor_name, entry.body["before"], entry.body["after"]) == ("李军", "林晓", "周敏")
    assert entry.body["document_no"] == "杭经开经〔2026〕3号"


def test_an_order_is_carried_out_on_its_day_once(enterprise, cast, now):
    with writing():
        orders.order(enterprise, cast.zhou, on=date(2026, 12, 1), document_no="3号", note="轮岗", by=cast.manager)

    assert orders.execute_due() == 0
    now.set("2026-12-01T00:05:00+08:00")
    assert orders.execute_due() == 1
    assert orders.execute_due() == 0
    assert assignment.serving_on(enterprise.id, date(2026, 12, 1)).commissioner == cast.zhou
    assert assignment.serving_on(enterprise.id, date(2026, 11, 30)).commissioner == cast.lin


def test_an_order_to_somebody_who_left_fails_and_says_so(enterprise, cast, now):
    with writing():
        made = orders.order(enterprise, cast.zhou, on=date(2026, 12, 1), document_no="3号", note="", by=cast.manager)
        cast.zhou.active, cast.zhou.deactivated_on = False, clock.today()
    now.set("2026-12-02T08:00:00+08:00")

    assert orders.execute_due() == 0
    db.session.refresh(made)
    assert made.state == "failed" and made.outcome
    assert commissioner_of(enterprise.id).commissioner == cast.lin
