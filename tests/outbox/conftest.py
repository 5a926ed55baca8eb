"""A mail server, the way out to it, and one template whose facts a story can change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from crm import outbox
from crm.core.db import db, writing
from crm.outbox.jobs import Mailroom, deliver
from crm.outbox.models import Delivery, DeliveryAttempt
from tests.services.smtp import mail_server

PARTS = {
    "mails/tale.subject.txt": "{{ what }}",
    "mails/tale.txt": "{{ name }}: {{ what }} {{ url_for('desk.home', _external=True) }} {{ language }}",
    "mails/tale.html": "<p>{{ what }}</p>",
}


@dataclass
class Facts:
    """What `prepare` finds just before sending."""

    dropped: str = ""
    address: str = ""
    trouble: Exception | None = None


@pytest.fixture
def facts(app) -> Facts:
    known = Facts()

    def prepare(delivery):
        if known.trouble:
            raise known.trouble
        return outbox.Dropped(known.dropped) if known.dropped else outbox.Letter(delivery.params, known.address)

    outbox.register("tale", prepare)
    app.jinja_env.loader = ChoiceLoader([DictLoader(PARTS), app.jinja_env.loader])
    return known


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


@pytest.fixture
def room(app, server, facts) -> Mailroom:
    return room_to(app, server.url)


def room_to(app, url: str, **more) -> Mailroom:
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], smtp_url=url, **more)
    return Mailroom(app.extensions["commissioner"])


def post(key: str, to, what: str = "a word", **more) -> Delivery:
    with writing():
        return outbox.post(key, to=to, template="tale", params={"what": what}, **more)


def tick(room: Mailroom, **more) -> dict[str, int]:
    counts = {key: n for key, n in deliver(room, **more).items() if n}
    db.session.expire_all()
    return counts


def states() -> list[str]:
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))


def attempts() -> list[tuple[str, int | None]]:
    return [(a.state, a.code) for a in db.session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id))]
