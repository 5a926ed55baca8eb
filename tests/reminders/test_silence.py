"""Firms nobody visits: from when the days count, whose days they are, and that a new installation is not flooded."""

from datetime import date

from crm.core import clock
from crm.core.bureau import set_bureau
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.outbox.jobs import Mailroom, deliver
from crm.reminders.planning import plan
from crm.visits import amending
from crm.visits.models import Visit
from tests.reminders.morning import at, of, visited


def test_a_firm_nobody_visits_is_told_once_until_somebody_does(app, server, silent_firm, cast, now):
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1
    assert "尚未走访" in server.received[0].text
    assert at(now, app, "2026-12-24T08:31:00") == {}

    visited(silent_firm, cast.lin, date(2026, 12, 24))
    assert at(now, app, "2027-03-23T08:31:00") == {}
    assert at(now, app, "2027-03-24T08:31:00")["accepted"] == 1
    assert "已 90 天未走访" in server.received[1].text
    assert [r.basis for r in of("enterprise_silent")] == ["2026-01-04", "2026-12-24"]


def test_a_visit_entered_after_the_telling_begins_a_new_silence(app, server, silent_firm, cast, now):
    now.set("2026-11-23T09:00:00+08:00")
    visited(silent_firm, cast.lin, date(2026, 8, 1))
    assert at(now, app, "2026-11-24T08:31:00")["accepted"] == 1
    now.set("2026-11-25T09:00:00+08:00")
    visited(silent_firm, cast.lin, date(2026, 11, 20))

    assert at(now, app, "2027-02-11T08:31:00") == {}
    assert at(now, app, "2027-02-18T08:31:00")["accepted"] == 1
    assert at(now, app, "2027-02-19T08:31:00") == {}
    assert [r.basis for r in of("enterprise_silent")] == ["2026-08-01", "2026-11-20"]


def test_a_visit_that_is_voided_brings_the_silence_before_it_back_once(app, server, silent_firm, cast, now):
    now.set("2026-11-24T08:00:00+08:00")
    plan(clock.now())
    entered = visited(silent_firm, cast.lin, date(2026, 11, 24))
    plan(clock.now())
    assert [r.state for r in of("enterprise_silent")] == ["cancelled"]
    with writing():
        amending.void(db.session.get_one(Visit, entered.id), reason="x", by=cast.lin)
    at(now, app, "2026-11-24T08:31:00"), at(now, app, "2026-11-25T08:31:00")

    assert [r.state for r in of("enterprise_silent")] == ["sent"] and len(server.received) == 1


def test_the_days_are_the_units_own_or_those_of_the_unit_above(app, server, make, cast, now):
    for unit in (cast.section, cast.elsewhere):
        make.enterprise(commissioner=cast.lin, since=date(2026, 10, 1), unit=unit)
    with writing():
        set_bureau("silence_days", 50, unit_id=cast.bureau.id, by_id=None, by_name="x")

    plan(clock.now())
    assert len(of("enterprise_silent")) == 1, "the section lies below the bureau; elsewhere 90 days hold"


def test_visited_between_planning_and_sending_it_is_not_told(app, server, silent_firm, cast, now):
    now.set("2026-11-24T08:00:00+08:00")
    plan(clock.now())
    visited(silent_firm, cast.lin, date(2026, 11, 24))
    at(now, app, "2026-11-24T08:31:00")

    assert server.received == []
    assert [r.cancel_reason for r in of("enterprise_silent")] == ["visited"]


def test_handed_over_between_planning_and_sending_nobody_is_told_at_once(app, server, silent_firm, cast, now):
    from crm.enterprises.queries import commissioner_of
    from crm.handover import services as handover

    now.set("2026-11-24T08:00:00+08:00")
    plan(clock.now())
    with writing():
        serving = commissioner_of(silent_firm.id)
        handover.hand_over(silent_firm, cast.zhou, replaces=serving.id, by=cast.manager, note="交接")
    at(now, app, "2026-11-24T08:31:00")

    assert server.received == [], "the new commissioner has his days from the first"


def test_nine_hundred_imported_firms_on_the_first_morning_are_no_mail(app, server, make, cast, now):
    with writing():
        make_people = [make.user(f"专员{n}", email=f"p{n}@example.cn") for n in range(40)]
        set_bureau("go_live_on", "2026-11-23", by_id=None, by_name="import")
        for n in range(900):
            made = Enterprise(name=f"企业{n}", name_key=f"企业{n}", sort_key=f"{n:04}", unit_id=cast.section.id)
            db.session.add(made)
            db.session.flush()
            serves = make_people[n % 40]
            db.session.add(Assignment(enterprise_id=made.id, commissioner_id=serves.id, started_on=clock.today()))
        db.session.flush()
    for day in ("2026-11-24", "2026-12-22"):
        at(now, app, f"{day}T08:31:00")
    assert server.received == [] and of("enterprise_silent") == []
    assert len(of("enterprises_received")) == 40, "one line each, in the app"

    now.set("2027-02-22T08:31:00+08:00")
    plan(clock.now())
    assert len(of("enterprise_silent")) == 900, "ninety days after the first day of use"
    assert deliver(Mailroom(app.extensions["commissioner"]), limit=1)["accepted"] == 1
    assert "久未走访 · 23 项" in server.received[0].text and "另有 13 项" in server.received[0].text
