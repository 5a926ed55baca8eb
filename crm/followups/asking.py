"""Whom to ask at the firm: who is to answer for a firm of others gets its primary contact, and the look is recorded."""

from __future__ import annotations

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import User, everyone, signed_in
from crm.core.db import writing
from crm.core.forms import ButtonForm
from crm.core.web import is_fragment, page
from crm.core.words import _
from crm.enterprises import contacts
from crm.enterprises import queries as enterprises
from crm.enterprises.models import Contact
from crm.followups import queries
from crm.followups.models import Followup, FollowupState
from crm.permissions import Permission
from crm.timeline import record


def contact_for(user: User, followup: Followup) -> Contact | None:
    """The primary contact, for the owner of what is open who may not open the file of the firm; else None."""
    if followup.owner_id != user.id or followup.state != FollowupState.OPEN:
        return None
    if enterprises.may(user, Permission.ENTERPRISE_VIEW, followup.enterprise):
        return None
    return next(iter(contacts.of(followup.enterprise_id)), None)


@everyone
def reveal(followup_id: int) -> ResponseReturnValue:
    me = signed_in()
    found = queries.load(followup_id, me)
    contact = contact_for(me, found) or abort(403)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        subject = ("contact", contact.id)
        record(found.enterprise_id, "contact.revealed", by=me, subject=subject, name=contact.name)
    template = "enterprises/_revealed.html" if is_fragment() else "enterprises/revealed.html"
    back = url_for("followups.followup", followup_id=followup_id)
    return page(template, enterprise=found.enterprise, contact=contact, crumbs=[(back, _("Follow-up"))], back=back)
