"""The morning's one mail: who gets it, what is in it, and that facts are looked at again before it leaves."""

from sqlalchemy import select

from crm.accounts.models import Preference
from crm.core import clock
from crm.core.db import db, writing
from crm.followups import services as followups
from crm.outbox.jobs import Mailroom, deliver
from crm.outbox.models import Delivery
from crm.reminders.models import Digest
from crm.reminders.planning import plan
from tests.reminders.morning import of_followups, promise, tick


def test_what_was_written_about_the_firm_stays_out_of_the_mail(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24", "上市辅导机构更换,勿外传 13700000001")
    now.set("2026-11-24T09:00:00+08:00")
    tick(app)

    whole = bytes(server.received[0].message).decode()
    body = "".join(part.get_content() for part in server.received[0].message.walk() if not part.is_multipart())
    assert "勿外传" not in body + whole and "13700000001" not in body + whole


def test_done_before_the_mail_leaves_is_not_told(app, server, firm, cast, now):
    first, second = promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.lin, "2026-11-24", "第二件")
    now.set("2026-11-24T08:31:00+08:00")
    plan(clock.now())
    with writing():
        followups.finish(first, by=cast.lin)
    deliver(Mailroom(app.extensions["commissioner"]))

    [mail] = server.received
    assert f"/followups/{second.id}" in mail.text and f"/followups/{first.id}" not in mail.text
    assert [(r.state, r.cancel_reason) for r in of_followups()] == [("cancelled", "done"), ("sent", "")]


def test_when_nothing_of_a_digest_holds_it_does_not_leave(app, server, firm, cast, now):
    followup = promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T08:31:00+08:00")
    plan(clock.now())
    with writing():
        followups.finish(followup, by=cast.lin)

    assert deliver(Mailroom(app.extensions["commissioner"]))["cancelled"] == 1
    assert server.received == []


def test_a_repeated_digest_has_the_same_members_minus_what_fell_away(app, server, firm, cast, now):
    first, second = promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.lin, "2026-11-24", "第二件")
    now.set("2026-11-24T08:31:00+08:00")
    server.answer("451 later", at="DATA")
    tick(app)
    third = promise(firm, cast.lin, "2026-11-24", "后来的")
    with writing():
        followups.finish(first, by=cast.lin)
    now.move(minutes=5)
    tick(app)

    [mail] = server.received
    assert f"/followups/{second.id}" in mail.text
    assert f"/followups/{first.id}" not in mail.text and f"/followups/{third.id}" not in mail.text
    now.set("2026-11-25T08:31:00+08:00")
    tick(app)
    assert f"/followups/{third.id}" in server.received[1].text


def test_without_an_address_the_notice_stays_in_the_app(app, server, firm, cast, now, page):
    made = promise(firm, cast.manager, "2026-11-24")
    now.set("2026-11-24T08:31:00+08:00")
    tick(app)

    assert [r.state for r in of_followups()] == ["in_app"]
    assert [(d.state, d.words) for d in db.session.scalars(select(Delivery))] == [("cancelled", "no address")]
    assert "问增容进度" in page.as_(cast.manager).open("reminders.centre").text
    with writing():
        followups.finish(made, by=cast.manager)
    now.set("2026-11-25T08:31:00+08:00")
    tick(app)
    assert db.session.query(Digest).count() == 1, "told once is told"


def test_without_a_mail_server_everything_is_in_the_app_and_nothing_fails(app, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T08:31:00+08:00")
    tick(app), tick(app)

    assert [r.state for r in of_followups()] == ["in_app"]
    assert [(d.state, d.words) for d in db.session.scalars(select(Delivery))] == [("cancelled", "no mail server")]


def test_a_person_who_left_gets_no_mail(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T08:31:00+08:00")
    plan(clock.now())
    with writing():
        cast.lin.active, cast.lin.deactivated_on = False, clock.today()
        db.session.flush()
    deliver(Mailroom(app.extensions["commissioner"]))

    assert server.received == []


def test_the_mail_is_in_the_readers_language(app, server, firm, cast, now):
    with writing() as session:
        session.add(Preference(user_id=cast.lin.id, key="language", value="en"))
        session.flush()
    db.session.expire_all()
    promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T09:00:00+08:00")
    tick(app)

    assert server.received[0].message["Subject"] == "[Reminder] 1 thing for 24 Nov 2026"
    assert "Follow-up due" in server.received[0].text
