"""Mails that open an account: what they need, and whether they still may leave."""

from __future__ import annotations

from crm.accounts import invitations, slips
from crm.accounts.access_models import Invitation
from crm.core import clock
from crm.core.db import db
from crm.outbox import registry
from crm.outbox.models import Delivery
from crm.outbox.registry import Dropped, Letter


def install() -> None:
    registry.register("invitation", prepare)
    registry.register("password_reset", prepare)


def prepare(delivery: Delivery) -> Letter | Dropped:
    """The parameters name the invitation only; its code is derived here, just before the mail leaves."""
    found = db.session.get(Invitation, delivery.params["invitation"])
    if found is None or not invitations.is_usable(found) or not found.user.active:
        return Dropped("the code is used or too old")
    slip = slips.slip(found)
    if slip is None or found.user.email is None:
        return Dropped("no address" if slip else "the code is used or too old")
    until = clock.local(found.expires_at).strftime("%Y-%m-%d %H:%M")
    context = {"link": slip.link, "code": slip.code, "until": until, "sign_in_names": slip.sign_in_names}
    return Letter(context, found.user.email)
