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
from crm.outbox import channel, ledger, mails
from crm.outbox.demo import DEMO_URL, DemoServer
from crm.outbox.ledger import Claim
from crm.outbox.models import Delivery, State
from crm.outbox.registry import TEMPLATES, Dropped, GivenUp, Letter
from crm.outbox.rules import Outcome, Reply
from crm.outbox.smtp import Server, last_moment

log = logging.getLogger(__name__)


class Mailroom:
    """The way out of one process; how the server is doing is known to all processes (`channel`)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        hello = urlsplit(settings.public_url).hostname or "localhost"
        self.server: Server | DemoServer | None = None
        if settings.smtp_url == DEMO_URL and settings.env != "production":
            self.server = DemoServer()
        elif settings.smtp_url:
            self.server = Server.of(settings.smtp_url, settings.smtp_ca_file, hello)

    def is_open(self, now: datetime) -> bool:
        known = channel.now_is()
        if not channel.is_open(known, self.settings, now):
            return False
        return ledger.left_this_minute(now, channel.per_minute(known, self.settings, now))

    def send(self, delivery: Delivery, letter: Letter) -> Callable[[], Reply]:
        """Write the mail now, send it when called: nothing is rendered between the mark and the dispatch."""
        assert self.server is not None
        server, message = self.server, mails.compose(delivery, letter, self.settings)
        sender, to = mails.sender(self.settings).addr_spec, letter.address or delivery.address
        until = last_moment()
        return lambda: server.send(message, sender=sender, to=to, until=until)

    def heard(self, reply: Reply, now: datetime) -> None:
        channel.heard(reply, self.settings, now)


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
    try:
        if not ledger.dispatching(taken, letter, clock.now()):
            return _lost(taken)
    except GivenUp:
        return ledger.release(taken, clock.now())
    failpoint("outbox.dispatching")
    reply = send()
    failpoint("outbox.sent")
    return _end(room, taken, reply)


def _end(room: Mailroom, taken: Claim, reply: Reply) -> State | str:
    ended = ledger.end(taken, reply, clock.now(), policy=room.settings.uncertain)
    if ended is None:
        return _lost(taken)
    room.heard(reply, clock.now())
    return ended


def _lost(taken: Claim) -> str:
    """This process stood still for longer than its lease: what it would say now is not written down."""
    log.warning("delivery %s: the lease is over, another process has it", taken.delivery_id)
    return "lost"
