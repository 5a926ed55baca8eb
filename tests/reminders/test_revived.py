"""What was cancelled before its mail left and holds again is told after all, once."""

from datetime import date, time

from sqlalchemy import update

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.serving_models import Assignment
from crm.followups import chasing, reopening
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.reminders import services as reading
from crm.reminders.planning import plan
from tests.reminders.morning import at, change, of, promise, tick


def at_eight(now) -> None:
    now.set("2026-11-24T08:00:00+08:00")
    plan(clock.now())


def done_by_mistake(made, by) -> None:
    """Seen by one beat of the scheduler, then taken back."""
    with writing():
        followups.finish(db.session.get_one(Followup, made.id), by=by)
    plan(clock.now())
    with writing():
        reopening.reopen(db.session.get_one(Followup, made.id), by=by)


def test_done_by_mistake_and_reopened_it_is_told_on_the_same_morning_and_when_it_is_late(
    app, server, firm, cast, now, page
):
    made = promise(firm, cast.lin, "2026-11-24")
    at_eight(now)
    with writing():
        reading.mark_read(by=cast.lin)
    done_by_mistake(made, cast.lin)
    assert [(r.state, r.cancel_reason) for r in of("followup_due")] == [("cancelled", "done")]
    assert plan(clock.now())["planned"] == 1 and plan(clock.now())["planned"] == 0
    assert [(r.state, r.cancel_reason, r.read_at) for r in of("followup_due")] == [("planned", "", None)]
    assert "问增容进度" in page.as_(cast.lin).open("reminders.centre").text

    mails = [at(now, app, f"2026-11-{day}T08:31:00").get("accepted", 0) for day in (24, 25, 26, 27, 30)]
    assert mails == [1, 1, 0, 1, 0]
    assert [r.step for r in of("followup_overdue")] == [1, 3]


def test_given_away_and_back_on_the_due_day_it_is_told_to_who_has_it(app, server, firm, cast, now):
    made = promise(firm, cast.lin, "2026-11-24")
    at_eight(now)
    for owner in (cast.zhou, cast.lin):
        change(made, owner_id=owner.id)
        plan(clock.now())
    at(now, app, "2026-11-24T08:31:00"), tick(app)

    assert [mail.recipient for mail in server.received] == [cast.lin.email]
    assert {(r.recipient_id, r.state) for r in of("followup_due")} == {
        (cast.lin.id, "sent"),
        (cast.zhou.id, "cancelled"),
    }


def test_what_fell_away_when_the_mail_left_and_holds_again_is_in_the_next(app, server, firm, cast, now):
    first = promise(firm, cast.lin, "2026-11-24")
    promise(firm, cast.lin, "2026-11-24", "第二件")
    now.set("2026-11-24T08:31:00+08:00")
    server.answer("451 later", at="DATA")
    tick(app)
    with writing():
        followups.finish(db.session.get_one(Followup, first.id), by=cast.lin)
    now.move(minutes=5)
    tick(app)
    with writing():
        reopening.reopen(db.session.get_one(Followup, first.id), by=cast.lin)
    tick(app)
    assert len(server.received) == 1 and f"/followups/{first.id}" not in server.received[0].text

    at(now, app, "2026-11-25T08:31:00")
    assert f"/followups/{first.id}" in server.received[1].text


def test_a_time_of_day_holds_again_with_its_own_mail_or_when_that_was_dropped_with_the_next_morning(
    app, server, firm, cast, now
):
    early, late = promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.lin, "2026-11-24", "下午的")
    change(early, due_time=time(11)), change(late, due_time=time(16))
    at_eight(now)
    with writing():
        followups.finish(db.session.get_one(Followup, early.id), by=cast.lin)
    at(now, app, "2026-11-24T09:01:00")
    assert server.received == [], "done two hours before: its mail is dropped"
    with writing():
        reopening.reopen(db.session.get_one(Followup, early.id), by=cast.lin)
    done_by_mistake(late, cast.lin)
    at(now, app, "2026-11-24T14:01:00")
    at(now, app, "2026-11-25T08:31:00")

    alone, morning = server.received
    assert "16:00" in alone.message["Subject"]
    assert f"/followups/{early.id}" in morning.text and "11:00" not in morning.message["Subject"]


def test_asked_about_something_done_it_stays_away_however_often_is_planned(firm, cast, now):
    now.set("2026-11-24T07:30:00+08:00")
    made = promise(firm, cast.lin, "2026-12-04")
    with writing():
        chasing.promises([made.id], by=cast.manager)
    plan(clock.now())
    with writing():
        followups.finish(db.session.get_one(Followup, made.id), by=cast.lin)
    for _ in range(3):
        plan(clock.now())
        assert [r.state for r in of("chased")] == ["cancelled"]
    with writing():
        reopening.reopen(db.session.get_one(Followup, made.id), by=cast.lin)
    plan(clock.now())
    assert [r.state for r in of("chased")] == ["planned"]


def test_silence_is_told_to_a_commissioner_who_got_the_firm_back(firm, silent_firm, cast, now):
    at_eight(now)
    for who in (cast.zhou, cast.lin):
        with writing() as session:
            serving = Assignment.enterprise_id == silent_firm.id
            session.execute(update(Assignment).where(serving).values(commissioner_id=who.id))
        plan(clock.now())
    told = {(r.recipient_id, r.state) for r in of("enterprise_silent")}
    assert told == {(cast.lin.id, "planned"), (cast.zhou.id, "cancelled")}
    assert {r.due_on for r in of("enterprise_silent")} == {date(2026, 11, 24)}
