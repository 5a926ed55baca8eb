"""Deliveries for the administrator: what the mail server said, try again, hold back."""

from __future__ import annotations

from flask import abort, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import Stale
from crm.core.forms import ButtonForm
from crm.core.settings import Settings
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.ops import deliveries as listed
from crm.ops.views import bp
from crm.outbox import channel, refused, steering
from crm.outbox.models import Delivery, DeliveryAttempt
from crm.permissions import Permission
from crm.timeline import record


@bp.get("/admin/deliveries")
@requires(Permission.SYSTEM_VIEW)
def deliveries() -> ResponseReturnValue:
    settings: Settings = current_app.extensions["commissioner"]
    now = clock.now()
    return page(
        "ops/deliveries.html", listing=listed.listing(request.args), way=listed.way_out(settings), now=now,
        per_minute=channel.per_minute(channel.now_is(), settings, now), button=ButtonForm(),
    )  # fmt: skip


@bp.get("/admin/deliveries/<int:delivery_id>")
@requires(Permission.SYSTEM_VIEW)
def delivery(delivery_id: int) -> ResponseReturnValue:
    row = _loaded(delivery_id)
    tries = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == row.id).order_by(DeliveryAttempt.id)
    return page(
        "ops/delivery.html", row=row, attempts=db.session.scalars(tries).all(), words=listed,
        can_retry=steering.can_retry(row), can_hold=steering.can_hold(row),
    )  # fmt: skip


@bp.post("/admin/deliveries/<int:delivery_id>/retry")
@requires(Permission.SETTINGS)
def retry_delivery(delivery_id: int) -> ResponseReturnValue:
    """Again from the beginning, to the address the person has now."""
    row = _loaded(delivery_id)
    person = db.session.get(User, row.recipient_id) if row.recipient_id else None
    address = (person.email or "") if person else ""
    if not _checked() or not steering.can_retry(row) or not (address or row.address):
        return _moved_on(row)
    try:
        with writing():
            steering.retry(row, by=signed_in(), address=address)
    except Stale:
        return _moved_on(row)
    return _back(row, say("It will be sent with the next round"))


@bp.post("/admin/deliveries/<int:delivery_id>/hold")
@requires(Permission.SETTINGS)
def hold_delivery(delivery_id: int) -> ResponseReturnValue:
    row = _loaded(delivery_id)
    if not _checked() or not steering.can_hold(row):
        return _moved_on(row)
    try:
        with writing():
            steering.hold(row, by=signed_in())
    except Stale:
        return _moved_on(row)
    return _back(row, say("Held back until you send it again"))


@bp.post("/admin/deliveries/resume")
@requires(Permission.SETTINGS)
def resume_mail() -> ResponseReturnValue:
    """The reason is mended: try the mail server again."""
    _checked()
    channel.resume()
    with writing():
        record(None, "mail.resumed", by=signed_in())
    told(say("The mail server is tried again with the next round"))
    return go("ops.deliveries")


@bp.post("/admin/deliveries/address")
@requires(Permission.SETTINGS)
def clear_address() -> ResponseReturnValue:
    """The flagged address (`address`) is right after all."""
    _checked()
    with writing():
        refused.clear(address := request.form.get("address", "")[:254])
        record(None, "address.cleared", by=signed_in(), address=address)
    told(say("Mail goes to this address again"))
    return go("ops.deliveries")


def _loaded(delivery_id: int) -> Delivery:
    return db.session.get(Delivery, delivery_id) or abort(404)


def _checked() -> bool:
    return ButtonForm().validate_on_submit() or abort(400)


def _back(row: Delivery, words: Say) -> ResponseReturnValue:
    told(words)
    return go("ops.delivery", delivery_id=row.id)


def _moved_on(row: Delivery) -> ResponseReturnValue:
    told(say("It has moved on meanwhile: look at its state"), kind="warning")
    return go("ops.delivery", delivery_id=row.id)
