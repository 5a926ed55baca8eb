"""A real mail server on a free loopback port that keeps what it accepted and answers as a story scripts it."""

import asyncio
import socket
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPTED = "250 2.0.0 OK"
DROP = "drop the line"
"""As a reply: the server keeps the mail and cuts the connection without an answer (the sender cannot know)."""


class Received(NamedTuple):
    recipient: str
    message_id: str
    sender: str
    message: EmailMessage

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain", "html"))
        return body.get_content() if body else ""


@dataclass(frozen=True)
class Step:
    """One question of the dialogue: at MAIL, RCPT or DATA, for one recipient or (None) for any."""

    stage: str
    recipient: str | None


class MailServer:
    def __init__(self) -> None:
        self.received: list[Received] = []
        self._replies: dict[Step, deque[str]] = defaultdict(deque)
        self._open = threading.Event()
        self._open.set()
        self._held_at = ""
        # Named as TCP, asyncio sends its answers at once; otherwise each mail waits 40 ms for an acknowledgement.
        self._listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen()
        self.port: int = self._listening.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"

    def answer(self, *replies: str, at: str = "RCPT", recipient: str | None = None) -> None:
        """The next replies at this stage, each used once; afterwards everything is accepted again."""
        self._replies[Step(at, recipient)].extend(replies)

    @contextmanager
    def holding(self, at: str = "DATA") -> Iterator[None]:
        """Inside, nothing at this stage gets an answer (mails reach the server): the moment in which a sender dies."""
        self._held_at = at
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def to(self, recipient: str) -> list[Received]:
        return [mail for mail in list(self.received) if mail.recipient == recipient]

    def counted(self) -> Counter[tuple[str, str]]:
        """How often each (recipient, Message-ID) was accepted: anything above 1 is a duplicate."""
        return Counter((mail.recipient, mail.message_id) for mail in list(self.received))

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, sender: str, options: list
    ) -> str:
        await self._while_held("MAIL")
        if (reply := self._next("MAIL", [])) == ACCEPTED:
            envelope.mail_from = sender
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _options: list) -> str:
        reply = self._next("RCPT", [to])
        if reply == ACCEPTED:
            envelope.rcpt_tos.append(to)
        return reply

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        await self._while_held("DATA")
        reply = self._next("DATA", envelope.rcpt_tos)
        if reply in (ACCEPTED, DROP):
            self._keep(envelope)
        if reply == DROP:
            server.transport.abort()
        return ACCEPTED if reply == DROP else reply

    async def _while_held(self, stage: str) -> None:
        while self._held_at == stage and not self._open.is_set():
            await asyncio.sleep(0.01)

    def _next(self, stage: str, recipients: list[str]) -> str:
        for recipient in [*recipients, None]:
            if waiting := self._replies.get(Step(stage, recipient)):
                return waiting.popleft()
        return ACCEPTED

    def _keep(self, envelope: Envelope) -> None:
        message = message_from_bytes(envelope.original_content or b"", policy=default)
        number = str(message["Message-ID"]).strip()
        for recipient in envelope.rcpt_tos:
            self.received.append(Received(recipient, number, str(envelope.mail_from), message))


class _OnSocket(Controller):
    """Listens on the socket already bound: no port is guessed and none can be lost in between."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(server, hostname="127.0.0.1", port=server.port)
        self.socket = server._listening

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self.socket)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    controller = _OnSocket(server)
    controller.start()
    try:
        yield server
    finally:
        server._open.set()
        controller.stop()


def links(mail: Received, wanted: Callable[[str], bool] = lambda _link: True) -> list[str]:
    """The web addresses in a mail's text, in order."""
    words = (word.strip("<>()。,;\"'") for word in mail.text.split())
    return [word for word in words if word.startswith(("http://", "https://")) and wanted(word)]
