"""Pages that set the liaison leader and the responsible section of one enterprise."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in
from crm.accounts.models import Unit
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.web import go, page, told
from crm.core.words import say
from crm.enterprises import serving_queries
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load, may
from crm.enterprises.serving_models import Liaison, Responsibility
from crm.handover import attached, queries
from crm.handover.forms import AttachForm, LeaderForm
from crm.permissions import Permission

bp = Blueprint("attached", __name__)


@bp.route("/enterprises/<int:enterprise_id>/leader", methods=["GET", "POST"])
@requires(Permission.ASSIGN_BY_DOCUMENT)
def leader(enterprise_id: int) -> ResponseReturnValue:
    """A clerk who changes a leader names the document, as with a commissioner."""
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ASSIGN_BY_DOCUMENT)
    current = attached.open_row(Liaison, enterprise.id)
    form = LeaderForm(queries.leaders(), current and current.leader_id, current and current.id)
    form.by_document = current is not None and not may(me, Permission.ASSIGN, enterprise)
    if form.validate_on_submit():
        try:
            with form.showing(RuleBroken):
                return _set_leader(form, enterprise, me)
        except Stale as stale:
            return _page("handover/leader.html", form, enterprise, stale.current)
    return _page("handover/leader.html", form, enterprise)


def _set_leader(form: LeaderForm, enterprise: Enterprise, me: User) -> ResponseReturnValue:
    with writing():
        to = db.session.get_one(User, form.to.data) if form.to.data else None
        number = form.document_no.data or ""
        attached.set_leader(enterprise, to, replaces=form.seen, by=me, on=form.day, document_no=number)
        told(say("Liaison leader: %(name)s", name=to.name if to else say("None")))
    return back(enterprise, me)


@bp.route("/enterprises/<int:enterprise_id>/section", methods=["GET", "POST"])
@requires(Permission.ASSIGN_BY_DOCUMENT)
def section(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ASSIGN_BY_DOCUMENT)
    current = attached.open_row(Responsibility, enterprise.id)
    form = AttachForm(queries.sections(), enterprise.section_id, current and current.id)
    if form.validate_on_submit():
        try:
            with form.showing(RuleBroken):
                return _set_section(form, enterprise, me)
        except Stale as stale:
            return _page("handover/section.html", form, enterprise, stale.current)
    return _page("handover/section.html", form, enterprise)


def _set_section(form: AttachForm, enterprise: Enterprise, me: User) -> ResponseReturnValue:
    with writing():
        to = db.session.get_one(Unit, form.to.data) if form.to.data else None
        attached.set_section(enterprise, to, replaces=form.seen, by=me, on=form.day)
        told(say("Responsible section: %(name)s", name=to.name if to else say("None")))
    return back(enterprise, me)


def _page(template: str, form: AttachForm, enterprise: Enterprise, *now: Any) -> ResponseReturnValue:
    """The form above the history; 409 with what stands there `now` when somebody was first."""
    if now:
        form.look_again(now[0])
    history = serving_queries.attached_history(enterprise.id)
    return page(template, form, status=409 if now else None, enterprise=enterprise, **history)


def back(enterprise: Enterprise, me: User) -> ResponseReturnValue:
    """To the file; whoever has just given the enterprise away sees the list instead."""
    if may(me, Permission.ENTERPRISE_VIEW, enterprise):
        return go("desk.enterprise", enterprise_id=enterprise.id, tab="serving")
    return go("desk.enterprises")
