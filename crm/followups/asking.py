"""Whom to ask at the firm: who is to answer for a firm of others gets its primary contact, and the look is recorded."""

from __future__ import annotations

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, everyone, signed_in
from crm.core.db import db, lock, writing
from crm.core.forms import ButtonForm
from crm.core.web import is_fragment, page
from crm.core.words import _
from crm.enterprises import contacts
from crm.enterprises import queries as enterprises
from crm.enterprises.models import Contact
from crm.followups import queries
from crm.followups.models import Followup, FollowupMove, FollowupState
from crm.permissions import Permission
from crm.timeline import record


def contact_for(user: User, followup: Followup) -> Contact | None:
    """The primary contact, for the owner of what is open who may not open the file of the firm, when somebody else made
    it his: nobody opens a firm's contact by promising something to himself. Else None."""
    if followup.owner_id != user.id or followup.state != FollowupState.OPEN or not _was_asked(user, followup):
        return None
    if enterprises.may(user, Permission.ENTERPRISE_VIEW, followup.enterprise):
        return None
    return next(iter(contacts.of(followup.enterprise_id)), None)


def _was_asked(user: User, followup: Followup) -> bool:
    given = (
        FollowupMove.followup_id == followup.id,
        FollowupMove.to_owner_id == user.id,
        FollowupMove.by_id != user.id,
    )
    return followup.by_id != user.id or db.session.scalar(select(FollowupMove.id).where(*given).limit(1)) is not None


@everyone
def reveal(followup_id: int) -> ResponseReturnValue:
    me = signed_in()
    found = queries.load(followup_id, me)
    contact_for(me, found) or abort(403)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        lock(found)
        contact = contact_for(me, found) or abort(403)
        subject = ("contact", contact.id)
        record(found.enterprise_id, "contact.revealed", by=me, subject=subject, name=contact.name)
    template = "enterprises/_revealed.html" if is_fragment() else "enterprises/revealed.html"
    back = url_for("followups.followup", followup_id=followup_id)
    return page(template, enterprise=found.enterprise, contact=contact, crumbs=[(back, _("Follow-up"))], back=back)
