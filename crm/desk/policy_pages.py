"""The list of current policies: who adds them, whom they have not reached yet."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from wtforms import DateField, HiddenField
from wtforms.validators import DataRequired, Length, Optional

from crm.accounts import everyone, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import Form, TextLine
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import _, say
from crm.desk.views import bp
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE, within
from crm.permissions import Permission
from crm.visits import policies as policy
from crm.visits.models import Policy

MOST_SHOWN = 200


class PolicyForm(Form):
    version = HiddenField(default="1")
    title = TextLine(_l("Policy"), [DataRequired(_l("Write its title")), Length(max=160)])
    office = TextLine(_l("Issuing office"), [Optional(), Length(max=80)])
    link = TextLine(_l("Link"), [Optional(), Length(max=400)])
    until_on = DateField(_l("Current until"), [Optional()])

    def typed(self) -> dict[str, object]:
        return {"title": self.title.data, "office": self.office.data or "", "link": self.link.data or "",
                "until_on": self.until_on.data}  # fmt: skip


@bp.get("/policies")
@everyone
def policies() -> ResponseReturnValue:
    me = signed_in()
    seen = select(func.count()).select_from(Enterprise).where(IN_ZONE, within(me, Permission.VISIT_VIEW))
    rows = db.session.scalars(select(Policy).order_by(Policy.id.desc()).limit(MOST_SHOWN)).all()
    firms = db.session.scalar(seen) or 0
    return page("desk/policies/list.html", rows=rows, reached=policy.told_counts(me), firms=firms, day=clock.today())


@bp.route("/policies/new", methods=["GET", "POST"])
@requires(Permission.POLICIES_EDIT)
def add_policy() -> ResponseReturnValue:
    form = PolicyForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            policy.add(by=signed_in(), **form.typed())
            told(say("The policy is on the list"))
            return go("desk.policies")
    return page("desk/policies/policy.html", form, title=_("Add a policy"))


@bp.route("/policies/<int:policy_id>", methods=["GET", "POST"])
@requires(Permission.POLICIES_EDIT)
def edit_policy(policy_id: int) -> ResponseReturnValue:
    found = db.session.get(Policy, policy_id) or abort(404)
    form = PolicyForm(obj=found)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            policy.change(found, version=id_from(form.version.data) or 0, by=signed_in(), **form.typed())
            told(say("The policy is up to date"))
            return go("desk.policies")
    return page("desk/policies/policy.html", form, title=_("Change the policy"))
