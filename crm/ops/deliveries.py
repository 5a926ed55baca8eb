"""The list of deliveries: what left, what waits, what the mail server said."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import url_for
from sqlalchemy import Select, func, or_, select
from werkzeug.datastructures import MultiDict
from wtforms import Form as PlainForm
from wtforms import SearchField
from wtforms.validators import Length

from crm.accounts.models import User
from crm.core.db import db
from crm.core.filter_fields import Choice
from crm.core.lists import Badge, Column, Empty, Listing
from crm.core.settings import Settings
from crm.core.words import Say, _, say
from crm.outbox import channel, refused
from crm.outbox.models import Delivery, RefusedAddress, State
from crm.outbox.services import NO_ADDRESS, NO_SERVER

STATES: dict[State, tuple[str, Say]] = {
    State.PENDING: ("neutral", say("Waiting")),
    State.CLAIMED: ("soon", say("Being sent")),
    State.RETRY: ("soon", say("Will be tried again")),
    State.ACCEPTED: ("good", say("Taken by the mail server")),
    State.FAILED: ("overdue", say("Failed")),
    State.UNCERTAIN: ("risk", say("In doubt")),
    State.HELD: ("silent", say("Held back")),
    State.CANCELLED: ("neutral", say("Not sent")),
}
TEMPLATES = {
    "digest": say("Morning mail"),
    "reminder": say("Single reminder"),
    "invitation": say("Access code"),
    "password_reset": say("New password"),
}
REASONS = {
    NO_ADDRESS: say("no address"),
    NO_SERVER: say("no mail server"),
    refused.REFUSED: say("address refused"),
    "the person has left": say("the person has left"),
    "nothing of it holds any more": say("nothing of it holds any more"),
    "done": say("done"),
    "cancelled": say("cancelled"),
    "somebody else has it": say("somebody else has it"),
    "moved to another day": say("moved to another day"),
    "its time has passed": say("its time has passed"),
    "no longer the deputy": say("no longer the deputy"),
}


class DeliveryFilters(PlainForm):
    q = SearchField(say("Name or address"), [Length(max=80)], render_kw={"placeholder": say("Name or address")})
    state = Choice(say("State"))
    template = Choice(say("Kind of message"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state.choices = [("", _("All states")), *((s.value, str(word)) for s, (_kind, word) in STATES.items())]
        self.template.choices = [("", _("All messages")), *((key, str(word)) for key, word in TEMPLATES.items())]


def listing(args: MultiDict[str, str]) -> Listing:
    made = Listing(
        "deliveries", _("Deliveries"), _columns(), args=args, sort="-at", tie=Delivery.id,
        filters=DeliveryFilters(args), href=lambda row: url_for("ops.delivery", delivery_id=row.id),
    )  # fmt: skip
    made.take(chosen(args))
    made.empty = Empty(_("Nothing was sent yet"), _("Morning mails and access codes stand here, with every attempt."))
    return made


def chosen(args: MultiDict[str, str]) -> Select[Delivery]:
    query, text = select(Delivery), args.get("q", "").strip()
    if text:
        query = query.where(
            or_(*(c.contains(text, autoescape=True) for c in (Delivery.recipient_name, Delivery.address)))
        )
    if (state := args.get("state", "")) in {s.value for s in State}:
        query = query.where(Delivery.state == State(state))
    if (template := args.get("template", "")) in TEMPLATES:
        query = query.where(Delivery.template == template)
    return query


def _columns() -> list[Column]:
    return [
        Column(
            "who", _("Recipient"), "link", value=lambda row: row.recipient_name or row.address or _("Recipient unknown")
        ),
        Column("template", _("Kind of message"), value=lambda row: kind_word(row.template), phone=True),
        Column("state", _("State"), "badge", value=state_badge, phone=True),
        Column("at", _("Posted at"), "instant", value=lambda row: row.created_at, order=(Delivery.created_at,)),
        Column("attempts", _("Attempts"), "number", order=(Delivery.attempts,)),
        Column("words", _("What the mail server said"), value=said, phone=True),
    ]


def state_badge(row: Any) -> Badge:
    kind, word = STATES[row.state]
    return Badge(kind, str(word))


def kind_word(template: str) -> str:
    return str(TEMPLATES.get(template, template))


def said(row: Any) -> str:
    """The server's own words; reasons of our own in the reader's language."""
    words = str(REASONS[row.words]) if row.words in REASONS else row.words
    return f"{row.code} {words}".strip() if row.code else words


def way_out(settings: Settings) -> dict[str, Any]:
    """How the mail server is, for the head of the page."""
    known = channel.now_is()
    parts = urlsplit(settings.smtp_url)
    return {
        "server": f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}" if parts.scheme else "",
        "known": known,
        "is_paused": known is not None and channel.is_paused(known, settings),
        "refused": db.session.scalars(select(RefusedAddress).order_by(RefusedAddress.at.desc()).limit(50)).all(),
        "without_address": without_address(),
    }


def without_address() -> int:
    """Active people whom no mail can reach."""
    query = select(func.count()).select_from(User).where(User.active.is_(True), User.email.is_(None))
    return db.session.scalar(query) or 0
