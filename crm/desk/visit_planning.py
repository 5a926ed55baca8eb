"""A visit planned for a day, with or without a time; later it is recorded from its own page in one tap."""

from __future__ import annotations

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.utils import redirect
from wtforms import DateField, HiddenField, RadioField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from crm.accounts import requires, signed_in
from crm.core import clock
from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.forms import Form, tidy
from crm.core.web import go, page, told
from crm.core.words import say
from crm.desk import visit_queries
from crm.desk.views import bp
from crm.desk.visit_forms import new_key
from crm.desk.visits import chosen
from crm.permissions import Permission
from crm.visits import services
from crm.visits.rules import DEFAULT_KIND
from crm.visits.words import kind_choices


class PlanForm(Form):
    client_key = HiddenField()
    kind = RadioField(_l("How"), validate_choice=False)
    on = DateField(_l("Day"), [InputRequired(_l("Choose a day"))])
    at = TimeField(_l("Time"), [Optional()])
    text = TextAreaField(_l("What to talk about"), [Optional(), Length(max=2000)], filters=[tidy])


@bp.route("/visits/plan", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def plan_visit() -> ResponseReturnValue:
    """The firm stands in the address."""
    me, enterprise, form = signed_in(), chosen(), PlanForm()
    if enterprise is None:
        return redirect(url_for("desk.new_visit"))
    form.kind.choices = kind_choices(clock.today())
    if not form.is_submitted():
        form.client_key.data, form.kind.data = new_key(), DEFAULT_KIND
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            visit, _is_new = services.plan(
                enterprise, by=me, kind=form.kind.data or "", on=form.on.data or abort(400), at=form.at.data,
                note=form.text.data or "", client_key=form.client_key.data or "",
            )  # fmt: skip
            told(say("The visit is planned for %(day)s", day=visit.visited_on))
            return go("desk.visit", visit_id=visit.id)
    return page("desk/visits/plan.html", form, enterprise=enterprise, line=visit_queries.line_of(enterprise))
