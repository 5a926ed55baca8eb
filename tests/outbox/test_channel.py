"""What one answer of the mail server means for everybody else's mail: faults F7, F10 to F13, F15, F16."""

import socket
import threading
from contextlib import contextmanager

import pytest

from crm.core import clock
from crm.core.db import writing
from crm.outbox import channel, refused
from crm.outbox.rules import Outcome, meaning, slowness, speed
from tests.outbox.conftest import attempts, post, room_to, states, tick


@contextmanager
def a_server_refusing(answer: bytes, offers: bytes = b"AUTH PLAIN"):
    """Greets, offers sign-in and refuses it; counts how often it was asked."""
    listening, asked = socket.create_server(("127.0.0.1", 0)), []

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as words:
                connection.sendall(b"220 hello\r\n")
                for line in words:
                    if line.startswith(b"AUTH"):
                        asked.append(line)
                    connection.sendall(b"250-hello\r\n250 " + offers + b"\r\n" if line[:4] == b"ehlo" else answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"smtp://me:secret@127.0.0.1:{listening.getsockname()[1]}", asked
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def test_a_refused_sign_in_pauses_all_mail_until_somebody_has_looked(app, facts, cast, server, now):
    with a_server_refusing(b"535 5.7.8 authentication failed\r\n") as (url, asked):
        room = room_to(app, url)
        post("a:1", cast.lin), post("a:2", cast.zhou)
        assert tick(room) == {"claimed": 1, "retry": 1}
        for _ in range(30):
            now.move(hours=1)
            assert tick(room) == {}
        assert len(asked) == 1, "hammering would lock the mailbox"
        known = channel.now_is()
        assert channel.is_paused(known, room.settings) and known.code == 535
        channel.resume()
        assert tick(room) == {"claimed": 1, "retry": 1}
        assert len(asked) == 2

    assert tick(room_to(app, server.url)) == {"claimed": 1, "accepted": 1}, "another server in the settings ends it"
    now.move(minutes=2)
    assert tick(room_to(app, server.url)) == {"claimed": 1, "accepted": 1}


def test_a_refused_certificate_pauses_without_plain_text_and_looks_again_hourly(app, facts, cast, server, now):
    room = room_to(app, server.url.replace("smtp", "smtp+starttls", 1))
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 1, "retry": 1}
    now.move(minutes=59)
    assert tick(room) == {}
    now.move(minutes=2)
    assert tick(room) == {"claimed": 1, "retry": 1}
    assert server.received == []


@pytest.mark.parametrize("answer", ["421 too many connections", "450 4.7.1 frequency limited", "451 发送频率过快"])
def test_too_often_halves_the_speed_of_all_mail_and_fails_nobody(app, server, facts, cast, now, answer):
    room = room_to(app, server.url, mail_per_minute=20)
    server.answer(answer, at="RCPT")
    for n in range(15):
        post(f"a:{n}", cast.lin)

    counts = tick(room)
    assert counts == {"claimed": 10, "retry": 1, "accepted": 9}, "20 a minute became 10"
    now.move(minutes=1, seconds=1)
    assert tick(room) == {"claimed": 6, "accepted": 6}
    now.move(minutes=10)
    assert channel.per_minute(channel.now_is(), room.settings, clock.now()) == 20


def test_a_server_that_refuses_everything_is_not_asked_more_often_than_the_cap(app, server, facts, cast, now):
    room = room_to(app, server.url, mail_per_minute=20)
    server.answer(*["450 4.7.1 frequency limited"] * 40, at="RCPT")
    for n in range(40):
        post(f"a:{n}", cast.lin)

    assert 1 <= tick(room, limit=50)["claimed"] <= 10
    assert tick(room, limit=50) == {}


@pytest.mark.parametrize("answer", ["550 5.1.1 <lin@corporate.cn>: user unknown", "550 no such user, bounce generated"])
def test_an_unknown_user_is_no_complaint_about_the_rate(app, server, facts, cast, answer):
    room = room_to(app, server.url, mail_per_minute=20)
    server.answer(answer, at="RCPT")
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 1, "failed": 1}
    assert refused.flagged({"lin@example.cn"})
    assert channel.per_minute(channel.now_is(), room.settings, clock.now()) == 20


def test_a_mailbox_that_does_not_exist_is_flagged_and_not_tried_again(room, server, cast):
    server.answer("550 5.1.1 user unknown", at="RCPT", recipient="lin@example.cn")
    post("a:1", cast.lin), post("a:2", cast.zhou)

    assert tick(room) == {"claimed": 2, "failed": 1, "accepted": 1}
    assert post("a:3", cast.lin).words == "address refused"
    assert tick(room) == {}
    with writing():
        refused.clear("lin@example.cn")
    assert post("a:4", cast.lin).state == "pending"
    assert attempts()[0] == ("failed", 550)


def test_a_sender_that_is_refused_flags_nobodys_address(room, server, cast):
    server.answer("550 sender rejected", at="MAIL")
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 1, "failed": 1}
    assert not refused.flagged({"lin@example.cn"})


def test_a_server_that_is_away_for_three_days_loses_nothing(app, facts, cast, server, now):
    room = room_to(app, "smtp://127.0.0.1:1")
    post("a:1", cast.lin)
    for _ in range(72):
        now.move(hours=1)
        tick(room)

    assert states() == ["retry"]
    assert channel.is_long_away(channel.now_is(), clock.now())
    now.move(hours=1)
    assert tick(room_to(app, server.url)) == {"claimed": 1, "accepted": 1}
    assert channel.now_is().trouble_since is None


def test_the_bureaus_own_table_counts_instead_of_the_shipped_one(app, room, server, cast):
    table = "editions: [{version: own, since: 2026-01-01, replies: [{codes: [550], outcome: temporary}]}]"
    (app.extensions["commissioner"].data_dir / "replies.yaml").write_text(table, encoding="utf-8")
    server.answer("550 5.1.1 user unknown", at="RCPT")
    post("a:1", cast.lin)

    assert tick(room) == {"claimed": 1, "retry": 1}


def test_speed_is_halved_down_to_one_a_minute_and_comes_back():
    assert [speed(20, n) for n in range(6)] == [20, 10, 5, 2, 1, 1]
    assert (speed(0, 0), speed(0, 1)) == (0, 30)
    from datetime import timedelta

    assert [slowness(3, timedelta(minutes=m)) for m in (0, 9, 10, 25, 90)] == [3, 3, 2, 1, 0]


def test_where_a_question_is_named_only_its_answer_fits():
    table = [{"codes": [550], "at": ["rcpt"], "outcome": "address"}, {"first": 5, "outcome": "permanent"}]
    assert [meaning(table, 550, "x", at).outcome for at in ("rcpt", "data")] == [Outcome.ADDRESS, Outcome.PERMANENT]
