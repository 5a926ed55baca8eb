"""The administrator reads what the mail server said, sends again, holds back, and ends a pause."""

import pytest

from crm import outbox
from crm.core import clock
from crm.core.db import db, writing
from crm.outbox import channel, ledger, refused
from crm.outbox.models import Delivery, State
from crm.outbox.rules import Outcome, Reply


@pytest.fixture
def settings(app):
    from dataclasses import replace

    app.extensions["commissioner"] = replace(app.extensions["commissioner"], smtp_url="smtp://me:secret@127.0.0.1:1")
    return app.extensions["commissioner"]


def sent(cast, reply: Reply, key: str = "a:1") -> Delivery:
    with writing():
        made = outbox.post(key, to=cast.lin, template="digest", params={"digest": 1})
    taken = ledger.claim_one(clock.now())
    ledger.end(taken, reply, clock.now(), policy="hold")
    db.session.expire_all()
    return made


def state(delivery: Delivery) -> State:
    db.session.expire_all()
    return db.session.get(Delivery, delivery.id).state


def test_what_failed_shows_the_servers_words_and_is_sent_again(page, cast, settings):
    failed = sent(cast, Reply(Outcome.PERMANENT, 554, "5.7.1 no relay here"))
    page.as_(cast.admin).open("ops.deliveries", state="failed")
    assert "554 5.7.1 no relay here" in page.text and "发送失败" in page.text

    page.open("ops.delivery", delivery_id=failed.id)
    page.submit()
    assert state(failed) == State.PENDING


def test_what_waits_is_held_back_and_later_sent(page, cast, settings):
    waiting = sent(cast, Reply(Outcome.TEMPORARY, 451, "later"))
    page.as_(cast.admin).open("ops.delivery", delivery_id=waiting.id)
    page.submit()
    assert state(waiting) == State.HELD
    assert ledger.claim_one(clock.now().replace(year=2030)) is None
    page.follow().submit()
    assert state(waiting) == State.PENDING


def test_in_doubt_is_repeated_with_its_mark(page, cast, settings):
    doubt = sent(cast, Reply(Outcome.UNCERTAIN, None, "cut"))
    page.as_(cast.admin).open("ops.delivery", delivery_id=doubt.id)
    assert "结果不明" in page.text
    retry = next(f.get("action") for f in page.all("form") if "retry" in (f.get("action") or ""))
    page.post(retry, {"csrf_token": page.all("input", name="csrf_token")[0].get("value")})

    assert state(doubt) == State.PENDING and db.session.get(Delivery, doubt.id).is_repeat


def test_a_pause_is_told_on_every_page_and_by_the_doctor_and_ended_by_a_button(page, cast, settings):
    from crm.ops import doctor

    channel.heard(Reply(Outcome.PAUSE, 535, "authentication failed"), settings, clock.now())
    page.as_(cast.admin).open("desk.home")
    assert "邮件已全部暂停" in page.text
    assert "CRM-E030" in {found.code for found in doctor.examine()}
    page.as_(cast.auditor).open("ops.deliveries")
    assert "535 authentication failed" in page.text and "secret" not in page.text
    assert not [b for b in page.all("button") if "立即重试" in "".join(b.itertext())]

    page.as_(cast.admin).open("ops.deliveries").submit()
    assert channel.is_open(channel.now_is(), settings, clock.now())
    assert "邮件已全部暂停" not in page.follow().text


def test_a_server_away_for_a_quarter_of_an_hour_is_told(page, cast, settings, now):
    channel.heard(Reply(Outcome.CHANNEL, None, "refused"), settings, clock.now())
    page.as_(cast.admin).open("desk.home")
    assert "一刻多钟" not in page.text
    now.move(minutes=16)
    assert "一刻多钟" in page.open("desk.home").text
    assert "一刻多钟" not in page.as_(cast.lin).open("desk.home").text


def test_a_flagged_address_is_cleared(page, cast, settings):
    sent(cast, Reply(Outcome.ADDRESS, 550, "user unknown"))
    assert refused.flagged({"lin@example.cn"})
    page.as_(cast.admin).open("ops.deliveries")
    assert "550 user unknown" in page.text
    page.submit()
    assert not refused.flagged({"lin@example.cn"})
