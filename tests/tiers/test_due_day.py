"""The day of the next visit follows whatever it is computed from: visits, hand-overs, orders, the rules."""

from contextlib import closing
from datetime import date
from threading import Thread

import pytest
from sqlalchemy import text

from crm.core.bureau import set_bureau
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.handover import orders
from crm.handover import services as handover
from crm.ops import checks_data, doctor
from crm.tiers import cadence, services
from tests.house.holding import raw_connection


@pytest.fixture
def firm(make, cast):
    """Served since March, in the first tier (a visit a month), never visited."""
    made = make.enterprise("杭州和达有限公司", unit=cast.section, commissioner=cast.lin, since=date(2026, 3, 2))
    with writing():
        services.set_tier(made, "T1", by=cast.clerk)
    assert due(made) == date(2026, 4, 2)
    return made


def due(firm):
    db.session.expire_all()
    return db.session.get_one(Enterprise, firm.id).next_visit_due_on


def test_a_visit_takes_the_firm_out_of_the_overdue_ones(page, cast, firm):
    changed_at = firm.updated_at
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="看了新厂房", met="王经理", followup_on="none")

    assert due(firm) == date(2026, 12, 23)
    assert firm.updated_at == changed_at


def test_a_firm_never_visited_counts_from_its_new_assignment(cast, firm):
    with writing():
        now_open = commissioner_of(firm.id).id
        handover.hand_over(firm, cast.zhou, replaces=now_open, by=cast.manager, on=date(2026, 11, 20), note="交接")
    assert due(firm) == date(2026, 12, 20)


def test_an_order_carried_out_moves_the_day(cast, firm, now):
    with writing():
        orders.order(firm, cast.zhou, on=date(2026, 12, 1), document_no="3号", note="", by=cast.manager)
    now.set("2026-12-01T08:00:00+08:00")
    assert orders.execute_due() == 1
    assert due(firm) == date(2027, 1, 1)


def test_the_first_assignment_starts_the_interval(page, make, cast):
    firm = make.enterprise("杭州新来有限公司", unit=cast.section)
    with writing():
        services.set_tier(firm, "T1", by=cast.clerk)
    assert due(firm) is None

    page.as_(cast.manager).open("handover.assign", enterprise_id=firm.id)
    page.submit(to=str(cast.lin.id))
    assert due(firm) == date(2026, 12, 23)


def test_many_assigned_in_one_act_get_their_days(page, make, cast, firm):
    new = make.enterprise("杭州新来有限公司", unit=cast.section)
    with writing():
        services.set_tier(new, "T1", by=cast.clerk)
    page.as_(cast.manager).open(f"/enterprises/assign?id={firm.id}&id={new.id}")
    page.submit(to=str(cast.zhou.id), note="分工调整")

    assert (due(firm), due(new)) == (date(2026, 12, 23), date(2026, 12, 23))


def test_a_day_of_first_use_moves_the_days_by_night(app, firm):
    with writing():
        set_bureau("go_live_on", "2026-11-01", by_id=None, by_name="test")
    cadence.nightly()
    assert due(firm) == date(2026, 12, 1)


def test_the_doctor_finds_a_wrong_day_and_mends_it(app, firm):
    with db.engine.begin() as raw:
        raw.execute(text("UPDATE enterprise SET next_visit_due_on = '2030-01-01'"))
    db.session.rollback()
    assert "CRM-W024" in {found.code for found in doctor.examine()}

    assert checks_data.mend() == 1
    assert due(firm) == date(2026, 4, 2)
    assert "CRM-W024" not in {found.code for found in doctor.examine()}


WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("mend", [cadence.nightly, checks_data.mend])
def test_a_visit_saved_while_the_days_are_mended_is_not_overwritten(app, firm, make, cast, mend):
    """Another act holds the firm and has moved its day; it commits when the night's work waits for it, or is done."""
    wrong = make.enterprise("杭州另一家有限公司", unit=cast.section, commissioner=cast.lin, since=date(2026, 3, 2))
    with writing():
        services.set_tier(wrong, "T1", by=cast.clerk)
    with closing(raw_connection()) as other, closing(raw_connection()) as watching:
        watching.autocommit = True
        watching.execute("UPDATE enterprise SET next_visit_due_on = '2020-01-01'")
        other.execute(
            "UPDATE enterprise SET last_visit_on = '2026-11-20', next_visit_due_on = '2026-12-20' WHERE id = %s",
            [firm.id],
        )
        night = Thread(target=alone, args=(app, mend))
        night.start()
        while night.is_alive() and not watching.execute(WAITS).fetchone()[0]:
            pass
        other.commit()
        night.join()

    assert (due(firm), due(wrong)) == (date(2026, 12, 20), date(2026, 4, 2))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_whoever_wants_two_firms_is_never_crossed_by_the_nights_work(app, firm, make, cast):
    """An import holds the second firm and wants the first: the night's work takes the first, and waits for nobody with
    it in hand."""
    second = make.enterprise("杭州另一家有限公司", unit=cast.section, commissioner=cast.lin, since=date(2026, 3, 2))
    with writing():
        services.set_tier(second, "T1", by=cast.clerk)
    with closing(raw_connection()) as other, closing(raw_connection()) as watching:
        watching.autocommit = True
        watching.execute("UPDATE enterprise SET next_visit_due_on = '2020-01-01'")
        other.execute("SELECT 1 FROM enterprise WHERE id = %s FOR UPDATE", [second.id])
        night = Thread(target=alone, args=(app, cadence.nightly))
        night.start()
        while night.is_alive() and not watching.execute(WAITS).fetchone()[0]:
            pass
        other.execute("UPDATE enterprise SET updated_at = updated_at WHERE id = %s", [firm.id])
        other.commit()
        night.join()

    assert (due(firm), due(second)) == (date(2026, 4, 2),) * 2


def alone(app, act):
    with app.app_context():
        try:
            act()
        finally:
            db.session.remove()
