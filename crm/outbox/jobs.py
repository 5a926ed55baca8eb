"""Sending what is due. Safe to run twice at once and to kill at any line: see docs/trust.md."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from crm.core import clock
from crm.core.db import db
from crm.core.failpoint import failpoint
from crm.core.settings import Settings
from crm.outbox import ledger, mails, rules
from crm.outbox.ledger import Claim
from crm.outbox.models import Delivery, State
from crm.outbox.registry import TEMPLATES, Dropped, Letter
from crm.outbox.rules import Outcome, Reply
from crm.outbox.smtp import Server

log = logging.getLogger(__name__)


class Mailroom:
    """The way out of one process: rests for a while when the server is away, so that nobody hammers at its door."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        hello = urlsplit(settings.public_url).hostname or "localhost"
        self.server = Server.of(settings.smtp_url, settings.smtp_ca_file, hello) if settings.smtp_url else None
        self.rests_until: datetime | None = None
        self.in_vain = 0

    def is_open(self, now: datetime) -> bool:
        rests = self.rests_until is not None and now < self.rests_until
        return not rests and ledger.left_this_minute(now, self.settings.mail_per_minute)

    def send(self, delivery: Delivery, letter: Letter) -> Callable[[], Reply]:
        """Write the mail now, send it when called: nothing is rendered between the mark and the dispatch."""
        assert self.server is not None
        server, message = self.server, mails.compose(delivery, letter, self.settings)
        sender, to = mails.sender(self.settings).addr_spec, letter.address or delivery.address
        return lambda: server.send(message, sender=sender, to=to)

    def heard(self, reply: Reply, now: datetime) -> None:
        if reply.outcome != Outcome.CHANNEL:
            self.in_vain, self.rests_until = 0, None
            return
        self.in_vain += 1
        self.rests_until = now + rules.rest_after(self.in_vain)
        log.warning("mail server: %s %s; resting until %s", reply.code, reply.words, self.rests_until)


def deliver(room: Mailroom, *, limit: int = 20, go_on: Callable[[], bool] = lambda: True) -> Counter[str]:
    """Send at most `limit` messages; counts of claimed, accepted, retry, failed, uncertain, cancelled."""
    counts: Counter[str] = Counter()
    if room.server is None:
        counts["cancelled"] = ledger.drop_open()
        return counts
    counts["uncertain"] = ledger.recover(clock.now(), policy=room.settings.uncertain)
    while counts["claimed"] < limit and go_on() and room.is_open(clock.now()):
        taken = ledger.claim_one(clock.now())
        if taken is None:
            break
        failpoint("outbox.claimed")
        counts["claimed"] += 1
        counts[str(_deliver_one(room, taken))] += 1
        failpoint("outbox.settled")
        db.session.rollback()
    return counts


def _deliver_one(room: Mailroom, taken: Claim) -> State | str:
    delivery = db.session.get_one(Delivery, taken.delivery_id)
    try:
        letter = TEMPLATES[delivery.template].prepare(delivery)
        if isinstance(letter, Dropped):
            ledger.cancel(taken, letter.reason)
            return State.CANCELLED
        send = room.send(delivery, letter)
    except mails.BadAddress as bad:
        return _end(room, taken, Reply(Outcome.PERMANENT, None, f"not an address: {bad}"))
    except Exception as error:
        log.exception("delivery %s could not be written", taken.delivery_id)
        return _end(room, taken, Reply(Outcome.TEMPORARY, None, f"{error.__class__.__name__}: {error}"))
    if not ledger.dispatching(taken, letter, clock.now()):
        return "lost"
    failpoint("outbox.dispatching")
    reply = send()
    failpoint("outbox.sent")
    return _end(room, taken, reply)


def _end(room: Mailroom, taken: Claim, reply: Reply) -> State | str:
    room.heard(reply, clock.now())
    return ledger.end(taken, reply, clock.now(), policy=room.settings.uncertain) or "lost"
