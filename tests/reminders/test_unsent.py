"""Mail that cannot leave, or waits for days: the app tells all, and two mails never tell the same."""

from datetime import time

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.outbox import ledger
from crm.outbox.jobs import Mailroom, deliver
from crm.outbox.models import Delivery
from crm.outbox.registry import TEMPLATES, GivenUp
from crm.outbox.rules import Outcome, Reply
from crm.reminders.planning import plan
from tests.reminders.morning import at, change, of, promise, tick


def told(kind: str) -> list[tuple[int, str]]:
    return [(r.step, r.state) for r in of(kind)]


def test_while_no_mail_leaves_the_app_goes_on_telling(firm, server, cast, now):
    promise(firm, cast.lin, "2026-11-24")
    for day in ("24", "25", "26", "27", "30"):
        now.set(f"2026-11-{day}T08:31:00+08:00")
        plan(clock.now())
    assert told("followup_due") == [(0, "planned")]
    assert told("followup_overdue") == [(1, "planned"), (3, "planned")]


def test_an_address_that_is_none_leaves_everything_in_the_app_and_fails_once_for_each_thing(
    app, server, firm, cast, now
):
    change(cast.lin, email="林@例子.cn")
    promise(firm, cast.lin, "2026-11-24")
    failed = [at(now, app, f"2026-11-{day}T08:31:00").get("failed", 0) for day in (24, 25, 26, 27, 30)]

    assert failed == [1, 1, 0, 1, 0]
    assert told("followup_due") + told("followup_overdue") == [(0, "in_app"), (1, "in_app"), (3, "in_app")]


def test_a_digest_that_failed_is_sent_again_with_its_members(app, server, firm, cast, now):
    made = promise(firm, cast.lin, "2026-11-24")
    server.answer("554 no", at="DATA")
    assert at(now, app, "2026-11-24T08:31:00")["failed"] == 1
    assert told("followup_due") == [(0, "in_app")]
    [delivery] = db.session.scalars(select(Delivery))
    change(delivery, state="pending")
    tick(app)

    assert f"/followups/{made.id}" in server.received[0].text
    assert told("followup_due") == [(0, "sent")]


def test_a_person_who_lost_his_address_is_told_in_the_app(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T08:31:00+08:00")
    plan(clock.now())
    change(cast.lin, email=None)
    tick(app)
    assert told("followup_due") == [(0, "in_app")]


def test_two_mornings_that_waited_leave_as_one_mail_also_from_two_processes(app, server, firm, cast, now):
    """Both are written before either is marked as leaving."""
    promise(firm, cast.lin, "2026-11-24")
    for day in ("24", "25"):
        now.set(f"2026-11-{day}T08:31:00+08:00")
        plan(clock.now())
    claims = [ledger.claim_one(clock.now()) for _ in range(2)]
    letters = [TEMPLATES["digest"].prepare(db.session.get_one(Delivery, each.delivery_id)) for each in claims]
    assert ledger.dispatching(claims[0], letters[0], clock.now())
    with pytest.raises(GivenUp):
        ledger.dispatching(claims[1], letters[1], clock.now())
    ledger.release(claims[1], clock.now())
    ledger.end(claims[0], Reply(Outcome.ACCEPTED, 250, "ok"), clock.now(), policy="resend_once")

    assert deliver(Mailroom(app.extensions["commissioner"]))["cancelled"] == 1
    db.session.expire_all()
    assert sorted((d.state, d.words, d.attempts) for d in db.session.scalars(select(Delivery))) == [
        ("accepted", "ok", 1),
        ("cancelled", "nothing of it holds any more", 1),
    ]
    assert {r.digest_id for r in of("followup_due") + of("followup_overdue")} == {of("followup_due")[0].digest_id}


class Interrupted(Mailroom):
    """Between writing a mail and marking that it leaves, this promise is done and the scheduler plans."""

    def __init__(self, app, made, by):
        super().__init__(app.extensions["commissioner"])
        self.made, self.by = made, by

    def send(self, delivery, letter):
        if db.session.get_one(Followup, self.made.id).state == "open":
            with writing():
                followups.finish(db.session.get_one(Followup, self.made.id), by=self.by)
            plan(clock.now())
        return super().send(db.session.get_one(Delivery, delivery.id), letter)


def test_what_is_done_after_the_mail_was_written_is_not_in_it(app, server, firm, cast, now):
    first, second = promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.lin, "2026-11-24", "第二件")
    now.set("2026-11-24T08:31:00+08:00")
    plan(clock.now())

    counts = deliver(Interrupted(app, first, cast.lin))
    assert (counts["retry"], counts["accepted"]) == (1, 1)
    assert f"/followups/{first.id}" not in server.received[0].text
    assert f"/followups/{second.id}" in server.received[0].text


def test_what_has_a_time_and_is_done_after_its_mail_was_written_is_not_mailed(app, server, firm, cast, now):
    made = promise(firm, cast.lin, "2026-11-24")
    change(made, due_time=time(14))
    now.set("2026-11-24T12:01:00+08:00")
    plan(clock.now())

    counts = deliver(Interrupted(app, made, cast.lin))
    assert (counts["retry"], counts["cancelled"]) == (1, 1) and server.received == []
    assert [(r.state, r.cancel_reason) for r in of("followup_due")] == [("cancelled", "done")]
