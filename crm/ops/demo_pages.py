"""The demonstration's mailbox and clock; in production these addresses do not exist."""

from __future__ import annotations

from email import message_from_string
from email.policy import default

from flask import Blueprint, abort, make_response
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import everyone
from crm.core import bureau_clock, clock
from crm.core.db import db
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import say
from crm.ops import demo_clock
from crm.outbox.models import DemoMail

bp = Blueprint("demo", __name__)
bp.before_request(bureau_clock.forget)  # another process may have moved the clock a moment ago
SHOWN = 100


@bp.get("/demo/mailbox")
@everyone
def mailbox() -> ResponseReturnValue:
    """Every mail as it was received, the newest first."""
    rows = db.session.scalars(select(DemoMail).order_by(DemoMail.id.desc()).limit(SHOWN)).all()
    return page("ops/mailbox.html", rows=rows, button=ButtonForm(), now=clock.now())


@bp.get("/demo/mailbox/<int:mail_id>")
@everyone
def mail(mail_id: int) -> ResponseReturnValue:
    row = db.session.get(DemoMail, mail_id) or abort(404)
    message = message_from_string(row.raw, policy=default)
    body = message.get_body(("plain", "html"))
    return page("ops/mail.html", row=row, headers=message.items(), text=body.get_content() if body else row.raw)


@bp.get("/demo/mailbox/<int:mail_id>/html")
@everyone
def mail_html(mail_id: int) -> ResponseReturnValue:
    """The HTML part as a mail program shows it."""
    row = db.session.get(DemoMail, mail_id) or abort(404)
    message = message_from_string(row.raw, policy=default)
    body = message.get_body(("html",))
    if body is None:
        abort(404)
    return make_response(body.get_content())


@bp.post("/demo/next-morning")
@everyone
def next_morning() -> ResponseReturnValue:
    """Move the clock to the next working day 08:30 and do what the scheduler does then."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    demo_clock.move_to(demo_clock.next_morning(clock.now()))
    counts = demo_clock.tick()
    told(say("It is now %(now)s: %(n)s mails have arrived", now=_words(), n=counts["accepted"]))
    return go("demo.mailbox")


def _words() -> str:
    return f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
