"""A visit planned for a day, with or without a time, or for another one; later its own page records it in one tap."""

from __future__ import annotations

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.utils import redirect
from wtforms import DateField, HiddenField, RadioField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from crm.accounts import User, everyone, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import Form, TextLine, tidy
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.desk import visit_queries
from crm.desk.views import bp
from crm.desk.visit_forms import WhoseForm, new_key
from crm.desk.visits import chosen
from crm.enterprises.models import Enterprise
from crm.permissions import Permission
from crm.visits import queries, replanning, services
from crm.visits.models import Visit, VisitState
from crm.visits.rules import DEFAULT_KIND
from crm.visits.words import kind_choices
from crm.workdays.words import rest_name


class PlanForm(WhoseForm):
    client_key = HiddenField()
    kind = RadioField(_l("How"), validate_choice=False)
    on = DateField(_l("Day"), [InputRequired(_l("Choose a day"))])
    at = TimeField(_l("Time"), [Optional()])
    text = TextAreaField(_l("What to talk about"), [Optional(), Length(max=2000)], filters=[tidy])


class ReplanForm(Form):
    version = HiddenField(default="0")
    on = DateField(_l("Day"), [InputRequired(_l("Choose a day"))])
    at = TimeField(_l("Time"), [Optional()])
    reason = TextLine(_l("Reason"), [Optional(), Length(max=240)])


@bp.route("/visits/plan", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def plan_visit() -> ResponseReturnValue:
    """The firm stands in the address."""
    me, form = signed_in(), PlanForm()
    named = chosen(me)
    if named is None:
        return redirect(url_for("desk.new_visit"))
    enterprise, _rights = named
    form.kind.choices = kind_choices(clock.today())
    if not form.is_submitted():
        form.client_key.data, form.kind.data = new_key(), DEFAULT_KIND
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            author = visit_queries.author_of(me, form.author.data)
            with writing():
                visit = _plan(form, enterprise, author, me)
                told(_planned(visit))
                return go("desk.visit", visit_id=visit.id)
    form.author.choices = visit_queries.whose(me)
    line, drafts = visit_queries.line_of(enterprise), bureau("visit_drafts")
    return page("desk/visits/plan.html", form, enterprise=enterprise, line=line, drafts=drafts)


def _planned(visit: Visit) -> Say:
    """A rest day is taken, for the firm may work, and named, for it may be a slip."""
    if rest := rest_name(visit.visited_on):
        return say("The visit is planned for %(day)s, which is a rest day (%(what)s)", day=visit.visited_on, what=rest)
    return say("The visit is planned for %(day)s", day=visit.visited_on)


def _plan(form: PlanForm, enterprise: Enterprise, author: User, me: User) -> Visit:
    visit, _is_new = services.plan(
        enterprise, by=me, author=author, kind=form.kind.data or "", on=form.on.data or abort(400), at=form.at.data,
        note=form.text.data or "", client_key=form.client_key.data or "",
    )  # fmt: skip
    return visit


@bp.route("/visits/<int:visit_id>/replan", methods=["GET", "POST"])
@everyone
def replan_visit(visit_id: int) -> ResponseReturnValue:
    me = signed_in()
    visit = queries.load_to_amend(visit_id, me)
    if visit.state != VisitState.PLANNED:
        told(say("This planned visit is no longer open: here is what became of it"))
        return go("desk.visit", visit_id=visit.id)
    form = ReplanForm(data={"version": str(visit.version), "on": visit.visited_on, "at": visit.at_time})
    if form.validate_on_submit():
        try:
            with form.showing(RuleBroken), writing():
                replanning.replan(
                    visit, version=id_from(form.version.data) or 0, on=form.on.data or abort(400), at=form.at.data,
                    reason=form.reason.data or "", by=me,
                )  # fmt: skip
                told(_planned(visit))
                return go("desk.visit", visit_id=visit.id, _anchor="saved-replan")
        except Stale:
            return _meanwhile(form, visit_id)
    return page("desk/visits/replan.html", form, visit=visit, drafts=bureau("visit_drafts"))


def _meanwhile(form: ReplanForm, visit_id: int) -> ResponseReturnValue:
    """Somebody else moved it first: his day beside mine, which takes its place only when sent once more."""
    db.session.rollback()
    visit = queries.load_to_amend(visit_id, signed_in())
    if visit.state != VisitState.PLANNED:
        raise Stale(visit)
    form.version.data = str(visit.version)
    now = replanning.moment(visit.visited_on, visit.at_time)
    form.refuse(
        say("Somebody moved this visit meanwhile to %(moment)s. Save again: yours would replace it.", moment=now)
    )
    return page("desk/visits/replan.html", form, visit=visit, drafts=bureau("visit_drafts"), status=409)
