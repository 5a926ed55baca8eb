"""A posted message leaves once, in the reader's words, and every answer of the mail server has its consequence."""

from email import message_from_bytes
from email.policy import default

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.outbox import ledger, mails
from crm.outbox import post as post_in_act
from crm.outbox.models import Delivery
from crm.outbox.registry import Letter
from crm.outbox.rules import Outcome, Reply
from tests.outbox.conftest import attempts, post, room_to, states, tick
from tests.services.smtp import DROP


def test_a_message_leaves_once_with_an_id_that_never_changes(room, server, cast):
    first = post("invitation:1", cast.lin)
    again = post("invitation:1", cast.lin, "something else")

    assert first.id == again.id
    assert tick(room) == {"claimed": 1, "accepted": 1}
    assert tick(room) == {}

    [mail] = server.to("lin@example.cn")
    assert mail.message_id == first.message_id
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Subject"] == "a word"
    assert "林晓: a word http://127.0.0.1:8000/ zh_Hans_CN" in mail.text
    assert attempts() == [("accepted", 250)]


def test_nothing_is_posted_when_the_act_fails(room, server, cast):
    with pytest.raises(ZeroDivisionError), writing():
        post_in_act("act:1", to=cast.lin, template="tale", params={"what": "never"})
        raise ZeroDivisionError

    assert tick(room) == {}
    assert server.received == []


def test_without_a_mail_server_nothing_waits_and_nothing_fails(app, facts, cast):
    room = room_to(app, "")

    assert post("a:1", cast.lin).words == "no mail server"
    assert tick(room) == {}
    assert states() == ["cancelled"]


def test_what_waited_when_the_mail_server_was_taken_away_is_cancelled(app, room, server, cast):
    post("a:1", cast.lin)

    assert tick(room_to(app, "")) == {"cancelled": 1}
    assert states() == ["cancelled"]


def test_a_person_without_an_address_costs_no_attempt(room, server, cast):
    assert post("a:1", cast.manager).words == "no address"
    assert tick(room) == {}
    assert states() == ["cancelled"]


def test_a_message_for_later_waits(room, server, cast, now):
    post("a:1", cast.lin, not_before=clock.at(clock.today(), 14))
    assert tick(room) == {}

    now.set("2026-11-23T14:00:01+08:00")
    assert tick(room) == {"claimed": 1, "accepted": 1}


def test_facts_that_changed_cancel_it_just_before_sending(room, server, cast, facts):
    delivery = post("a:1", cast.lin)
    facts.dropped = "done already"

    assert tick(room) == {"claimed": 1, "cancelled": 1}
    assert db.session.get(Delivery, delivery.id).words == "done already"
    assert server.received == []


def test_a_changed_address_is_honoured(room, server, cast, facts):
    post("a:1", cast.lin)
    facts.address = "new@example.cn"
    tick(room)

    assert [mail.recipient for mail in server.received] == ["new@example.cn"]


def test_a_temporary_refusal_is_tried_again_with_growing_gaps(room, server, cast, now):
    server.answer("451 later", "450 later", at="RCPT")
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 1, "retry": 1}
    assert tick(room) == {}, "one minute must pass"
    now.move(minutes=1)
    assert tick(room) == {"claimed": 1, "retry": 1}
    now.move(minutes=1)
    assert tick(room) == {}, "two minutes must pass"
    now.move(minutes=1)
    assert tick(room) == {"claimed": 1, "accepted": 1}
    assert attempts() == [("retry", 451), ("retry", 450), ("accepted", 250)]


def test_an_unknown_mailbox_fails_at_once_and_holds_up_nobody(room, server, cast):
    server.answer("550 5.1.1 user unknown", at="RCPT", recipient="lin@example.cn")
    post("a:1", cast.lin)
    post("a:2", cast.zhou)

    assert tick(room) == {"claimed": 2, "failed": 1, "accepted": 1}
    assert states() == ["failed", "accepted"]


def test_too_often_is_temporary_even_when_the_code_says_permanent(room, server, cast):
    server.answer("550 Mail rejected: frequency limited", at="DATA")
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 1, "retry": 1}


def test_a_line_cut_before_the_answer_is_repeated_once_and_says_so(room, server, cast):
    server.answer(DROP, DROP, at="DATA")
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 2, "uncertain": 2}, "the repeat follows at once"
    assert tick(room) == {}, "a second doubt is for a person to settle"
    assert states() == ["uncertain"]
    assert list(server.counted().values()) == [2]
    assert [mail.message["X-CRM-Repeat"] for mail in server.received] == [None, "1"]


def test_with_the_policy_hold_an_uncertain_message_is_never_repeated(app, room, server, cast):
    room = room_to(app, server.url, uncertain="hold")
    server.answer(DROP, at="DATA")
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 1, "uncertain": 1}
    assert states() == ["uncertain"]
    assert len(server.received) == 1


def test_a_closed_server_makes_the_channel_rest_and_loses_nothing(app, facts, cast, server, now):
    room = room_to(app, "smtp://127.0.0.1:1")
    post("a:1", cast.lin)
    post("a:2", cast.zhou)

    assert tick(room) == {"claimed": 1, "retry": 1}, "the second is not tried against a closed door"
    assert tick(room) == {}
    now.move(minutes=2)
    assert tick(room) == {"claimed": 1, "retry": 1}
    now.move(minutes=10)
    assert tick(room_to(app, server.url)) == {"claimed": 2, "accepted": 2}


def test_a_message_that_cannot_be_written_blocks_no_other(room, server, cast, facts, now):
    facts.trouble = KeyError("gone")
    post("a:1", cast.lin)
    assert tick(room) == {"claimed": 1, "retry": 1}

    facts.trouble = None
    post("a:2", cast.zhou)
    now.move(minutes=1)
    assert tick(room) == {"claimed": 2, "accepted": 2}


def test_the_cap_per_minute_holds(app, room, server, cast, now):
    room = room_to(app, server.url, mail_per_minute=3)
    for n in range(5):
        post(f"a:{n}", cast.lin)

    assert tick(room) == {"claimed": 3, "accepted": 3}
    assert tick(room) == {}
    now.move(minutes=1, seconds=1)
    assert tick(room) == {"claimed": 2, "accepted": 2}


def test_a_late_worker_cannot_overwrite_the_outcome_of_a_newer_one(room, server, cast):
    delivery = post("a:1", cast.lin)
    slow = ledger.claim_one(clock.now())
    with writing():
        db.session.get(Delivery, delivery.id).lease_until = clock.real_now().replace(year=2020)
        db.session.flush()

    assert tick(room) == {"claimed": 1, "accepted": 1}
    assert ledger.dispatching(slow, Letter({}), clock.now()) is False
    assert ledger.end(slow, Reply(Outcome.TEMPORARY, 451, "late"), clock.now(), policy="resend_once") is None
    assert states() == ["accepted"]


@pytest.mark.parametrize(
    "name",
    [
        "林晓\r\nBcc: thief@example.cn",
        "=?UTF-8?Q?=0ABcc:_thief@example.cn?=",
        "a\x01b\u2028Bcc: x@y.cn",
        '"<thief@example.cn>,',
    ],
)
def test_a_name_or_a_word_adds_neither_header_nor_recipient(room, server, cast, name):
    with writing():
        cast.lin.name = name
        db.session.flush()
    post("a:1", cast.lin, what=f"{name} said")
    assert tick(room)["accepted"] == 1

    [mail] = server.received
    assert mail.recipient == "lin@example.cn"
    again = message_from_bytes(bytes(mail.message), policy=default)
    assert [a.addr_spec for a in again["To"].addresses] == ["lin@example.cn"]
    assert again["Bcc"] is None and again["Cc"] is None


def test_an_address_that_is_none_fails_without_an_attempt_to_send(room, server, cast):
    with writing():
        cast.lin.email = "lin@example.cn\nBcc: thief@example.cn"
        db.session.flush()
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 1, "failed": 1}
    assert server.received == []


def test_the_sender_has_a_name_when_the_settings_give_one(app, server, facts):
    room = room_to(app, server.url, mail_from="企业服务 <service@example.cn>")

    assert str(mails.sender(room.settings)) == "企业服务 <service@example.cn>"
