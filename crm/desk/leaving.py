"""A firm leaves the zone or comes back: asked once, everything open ends with that reason."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from crm.accounts import requires, signed_in
from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.web import go, page, told
from crm.core.words import say
from crm.desk.views import bp
from crm.enterprises import presence
from crm.enterprises.forms import ComeBackForm, LeaveForm
from crm.enterprises.models import Standing
from crm.enterprises.queries import commissioner_of, load
from crm.followups import services as followups
from crm.handover.attached_views import back
from crm.permissions import Permission
from crm.visits import amending


@bp.route("/enterprises/<int:enterprise_id>/leave", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def leave(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise, form = load(enterprise_id, me, Permission.ENTERPRISE_EDIT), LeaveForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            standing, reason = Standing(form.standing.data), form.reason.data or ""
            presence.leave(enterprise, standing, on=form.on.data, reason=reason, by=me)
            ended = followups.cancel_open(enterprise, reason=reason, by=me)
            amending.call_off_planned(enterprise, reason=reason or str(say("The enterprise has left the zone")), by=me)
            told(say("%(name)s has left; open follow-ups ended: %(n)s", name=enterprise.called, n=ended))
            return back(enterprise, me)
    return page("desk/leave.html", form, enterprise=enterprise, current=commissioner_of(enterprise.id))


@bp.route("/enterprises/<int:enterprise_id>/come-back", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def come_back(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise, form = load(enterprise_id, me, Permission.ENTERPRISE_EDIT), ComeBackForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            presence.come_back(enterprise, on=form.on.data, reason=form.reason.data or "", by=me)
            told(say("%(name)s is in the zone again; nobody serves it yet", name=enterprise.called))
            return go("desk.enterprise", enterprise_id=enterprise.id)
    return page("desk/come_back.html", form, enterprise=enterprise)
