"""The mail server of the demonstration: a table in the same database, read at /demo/mailbox; never in production."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP as WIRE

from crm.core import clock
from crm.core.db import db, writing
from crm.outbox.models import DemoMail
from crm.outbox.rules import Outcome, Reply

DEMO_URL = "demo://mailbox"


class DemoServer:
    """Takes every mail; the same shape as `smtp.Server`."""

    def send(self, message: EmailMessage, *, sender: str, to: str, until: float | None = None) -> Reply:
        with writing():
            db.session.add(
                DemoMail(
                    at=clock.now(), recipient=to, subject=str(message["Subject"])[:240],
                    message_id=str(message["Message-ID"]), raw=message.as_bytes(policy=WIRE).decode("utf-8", "replace"),
                )
            )  # fmt: skip
        return Reply(Outcome.ACCEPTED, 250, f"kept for {to}")
