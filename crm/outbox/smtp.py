"""The mail server: smtp:// is a plain relay, smtp+starttls:// and smtps:// are encrypted and never fall back."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app, has_app_context

from crm.core.claims import LEASE
from crm.core.data_files import read_yaml
from crm.core.failpoint import failpoint
from crm.core.rulebook import rulebook
from crm.core.settings import BadSettings
from crm.outbox import rules
from crm.outbox.rules import Outcome, Reply

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 30.0
MESSAGE_SECONDS = LEASE.total_seconds() * 0.9
"""From the mark to the last word; less than a lease, so that nobody takes over what is still being said."""
GREETING = 220
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Server:
    """A mail server as `CRM_SMTP_URL` names it: scheme://user:password@host:port."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    ca_file: str
    hello: str

    @classmethod
    def of(cls, url: str, ca_file: str = "", hello: str = "localhost") -> Server:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise BadSettings(
                "CRM_SMTP_URL 以 smtp://、smtp+starttls:// 或 smtps:// 开头，后面写主机名",
                "CRM_SMTP_URL must begin with smtp://, smtp+starttls:// or smtps:// and name a host",
            )
        port = parts.port or PORTS[parts.scheme]
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.scheme, parts.hostname, port, user, password, ca_file, hello)

    def send(self, message: EmailMessage, *, sender: str, to: str, until: float | None = None) -> Reply:
        """Hand one message over; whatever happens becomes a Reply within two minutes.

        After `until` (of `time.monotonic`) nothing more is said: a process that stood still does not send what another
        may have taken over meanwhile.
        """
        until = until or last_moment()
        try:
            with self._connected(until) as line:
                return _dialogue(line, message, sender, to, until)
        except smtplib.SMTPResponseException as refused:
            return _before_mail(refused.smtp_code, _text(refused.smtp_error))
        except (ssl.SSLCertVerificationError, smtplib.SMTPNotSupportedError) as unsafe:
            return Reply(Outcome.PAUSE, None, f"{unsafe.__class__.__name__}: {unsafe}")
        except (smtplib.SMTPException, OSError) as lost:
            return Reply(Outcome.CHANNEL, None, f"{lost.__class__.__name__}: {lost}")

    @contextmanager
    def _connected(self, until: float) -> Iterator[smtplib.SMTP]:
        line = self._line()
        watch = threading.Timer(until - time.monotonic(), _cut, [line])
        watch.daemon = True
        watch.start()
        try:
            code, words = line.connect(self.host, self.port)
            if code != GREETING:
                raise smtplib.SMTPConnectError(code, words)
            assert line.sock is not None
            line.sock.settimeout(COMMAND_SECONDS)
            if self.scheme == "smtp+starttls":
                line.starttls(context=self._tls())
            if self.user:
                line.login(self.user, self.password)
            yield line
        finally:
            watch.cancel()
            line.close()

    def _line(self) -> smtplib.SMTP:
        """Not yet connected, so that the watch also runs while the server greets."""
        common: dict[str, Any] = {"local_hostname": self.hello, "timeout": CONNECT_SECONDS}
        line = smtplib.SMTP_SSL(context=self._tls(), **common) if self.scheme == "smtps" else smtplib.SMTP(**common)
        line._host = self.host  # type: ignore[attr-defined] # the name that the certificate must bear
        return line

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file or None)


def last_moment() -> float:
    """Until when a message whose sending begins now may be spoken of, in seconds of `time.monotonic`."""
    return time.monotonic() + MESSAGE_SECONDS


def _in_time(until: float) -> None:
    if time.monotonic() > until:
        raise TimeoutError("it took so long that another process may have taken the message over")


def _dialogue(line: smtplib.SMTP, message: EmailMessage, sender: str, to: str, until: float) -> Reply:
    line.ehlo_or_helo_if_needed()
    asked: tuple[tuple[str, Callable[[], tuple[int, bytes]]], ...] = (
        ("mail", lambda: line.mail(sender)),
        ("rcpt", lambda: line.rcpt(to)),
        ("data", lambda: line.docmd("DATA")),
    )
    for at, ask in asked:
        _in_time(until)
        code, words = ask()
        failpoint(f"smtp.{at}")
        if code not in (250, 251, 354):
            return _meaning(code, words, at)
    _in_time(until)
    try:
        line.send(_wire(message))
        failpoint("smtp.told")
        code, words = line.getreply()
    except (smtplib.SMTPException, OSError) as lost:
        return Reply(Outcome.UNCERTAIN, None, f"{lost.__class__.__name__}: {lost}")
    if code != 250:
        return _meaning(code, words, "data")
    _part(line)
    return Reply(Outcome.ACCEPTED, code, _text(words))


def _part(line: smtplib.SMTP) -> None:
    """Say goodbye; the message is theirs already, so nothing here counts."""
    try:
        line.docmd("QUIT")
    except (smtplib.SMTPException, OSError):
        return


def _wire(message: EmailMessage) -> bytes:
    """The message as it goes over the line: CRLF, leading dots doubled, a dot alone at the end."""
    lines = message.as_bytes(policy=WIRE).replace(b"\r\n.", b"\r\n..")
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _meaning(code: int, words: bytes, at: str) -> Reply:
    return rules.meaning(_known_replies(), code, _text(words), at)


def _before_mail(code: int, words: str) -> Reply:
    """Refused before any message was spoken of: whatever the code, no other message would pass now."""
    reply = rules.meaning(_known_replies(), code, words)
    return reply if reply.outcome in (Outcome.PAUSE, Outcome.SLOW) else Reply(Outcome.CHANNEL, code, words)


def _known_replies() -> list[dict[str, Any]]:
    """The bureau's own table in the data directory, else the one that is shipped."""
    settings = current_app.extensions["commissioner"] if has_app_context() else None
    own = settings.data_dir / "replies.yaml" if settings else None
    if own is not None and own.is_file():
        return _own_table(own, own.stat().st_mtime)
    shipped: list[dict[str, Any]] = rulebook("outbox/replies").editions[-1].content["replies"]
    return shipped


@lru_cache(maxsize=2)
def _own_table(path: Path, _changed_at: float) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = read_yaml(path)["editions"][-1]["replies"]
    return table


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _cut(line: smtplib.SMTP) -> None:
    if line.sock is not None:
        try:
            line.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            line.close()
