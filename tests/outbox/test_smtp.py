"""The line to the mail server: encrypted when the address says so, and never able to hang."""

import socket
import ssl
import threading
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from crm.core.settings import BadSettings
from crm.outbox import smtp
from crm.outbox.rules import Outcome, gap_after, is_address
from crm.outbox.smtp import Server
from tests.services.smtp import MailServer, mail_server

TLS = Path(__file__).parent / "tls"


def message(text: str = "words") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = (
        "a@example.cn",
        "b@example.cn",
        "word",
        "<1@example.cn>",
    )
    made.set_content(text)
    return made


def send(server: Server, text: str = "words"):
    return server.send(message(text), sender="a@example.cn", to="b@example.cn")


@contextmanager
def encrypted(**how):
    kept = MailServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port, **dict.fromkeys(how, context))
    kept._listening.close()
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()


@contextmanager
def a_listener(answer):
    """A server of our own making: `answer(connection)` runs for the one caller."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        try:
            connection, _ = listening.accept()
            with connection:
                answer(connection)
        except OSError:
            return

    with listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def test_a_dot_at_the_beginning_of_a_line_arrives_as_written():
    with mail_server() as server:
        assert send(Server.of(server.url), ".hidden\n..twice\nend").outcome == Outcome.ACCEPTED
        assert server.received[0].text.splitlines() == [".hidden", "..twice", "end"]


@pytest.mark.parametrize(("scheme", "how"), [("smtps", "ssl_context"), ("smtp+starttls", "tls_context")])
def test_an_encrypted_line_needs_a_known_authority_and_never_falls_back(scheme, how):
    with encrypted(**{how: True}) as server:
        url = server.url.replace("smtp", scheme, 1)
        known = send(Server.of(url, str(TLS / "certificate.pem")))
        unknown = send(Server.of(url))

    assert known.outcome == Outcome.ACCEPTED, known
    assert unknown.outcome == Outcome.PAUSE and "CERTIFICATE_VERIFY_FAILED" in unknown.words
    assert len(server.received) == 1


def test_starttls_is_not_given_up_when_the_server_does_not_offer_it():
    with mail_server() as server:
        reply = send(Server.of(server.url.replace("smtp", "smtp+starttls", 1)))

    assert reply.outcome == Outcome.PAUSE
    assert server.received == []


def test_a_server_without_sign_in_stops_the_channel_when_one_is_set():
    with mail_server() as server:
        reply = send(Server.of(server.url.replace("//", "//me:secret@")))

    assert reply.outcome == Outcome.PAUSE
    assert "secret" not in reply.words


def test_a_refused_sign_in_stops_the_channel_and_is_not_tried_twice():
    asked = []

    def refusing(connection):
        connection.sendall(b"220 hello\r\n")
        with connection.makefile("rb") as words:
            for line in words:
                asked.append(line[:4])
                answer = b"250-hello\r\n250 AUTH PLAIN\r\n" if line.startswith(b"ehlo") else b"535 no\r\n"
                connection.sendall(answer)

    with a_listener(refusing) as url:
        reply = send(Server.of(url.replace("//", "//me:secret@")))

    assert (reply.outcome, reply.code) == (Outcome.PAUSE, 535)
    assert asked.count(b"AUTH") == 1 and "secret" not in reply.words


def test_a_server_that_says_nothing_is_left_in_time(monkeypatch):
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 0.3)
    done = threading.Event()
    with a_listener(lambda connection: done.wait(5)) as url:
        reply = send(Server.of(url))
        done.set()

    assert reply.outcome == Outcome.CHANNEL


@pytest.mark.parametrize("greeting", [b"220 hello\r\n", b"22"], ids=["after the greeting", "while greeting"])
def test_a_server_that_answers_a_byte_at_a_time_is_left_in_time(monkeypatch, greeting):
    monkeypatch.setattr(smtp, "MESSAGE_SECONDS", 0.5)
    stop = threading.Event()

    def dribble(connection):
        connection.sendall(greeting)
        while not stop.wait(0.05):
            connection.sendall(b"2")

    with a_listener(dribble) as url:
        reply = send(Server.of(url))
        stop.set()

    assert reply.outcome == Outcome.CHANNEL


@pytest.mark.parametrize("url", ["http://mail.example.cn", "smtp://", "mail.example.cn:25"])
def test_an_address_that_names_no_mail_server_is_refused(url):
    with pytest.raises(BadSettings):
        Server.of(url)


def test_the_gaps_grow_and_last_a_day_and_a_night():
    gaps = [gap_after(n) for n in range(1, 31)]

    assert [gap.seconds // 60 for gap in gaps[:8]] == [1, 2, 5, 10, 20, 40, 60, 60]
    assert gaps[-1] is None and None not in gaps[:-1]
    assert sum(gap.total_seconds() for gap in gaps[:-1]) >= 24 * 3600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lin.xiao+1@mail.example.cn", True), ("a@b.cn", True), ("", False), ("a@b.cn, c@d.cn", False),
        ("a b@c.cn", False), ("a@b..cn", False), ("<a@b.cn>", False), ("a@b.cn\n", False), ("林@b.cn", False),
        ("a@-b.cn", False),
    ],
)  # fmt: skip
def test_what_may_stand_behind_to(text, expected):
    assert is_address(text) is expected
