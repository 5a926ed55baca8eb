"""Pages about who serves: first assignment, hand-over, many at once, orders, load."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import say
from crm.enterprises import assignment
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of, load, may
from crm.enterprises.serving_models import Assignment, AssignmentOrder
from crm.handover import orders, queries, services
from crm.handover.attached_views import back
from crm.handover.forms import HandOverForm, ServeForm
from crm.permissions import Permission

bp = Blueprint("handover", __name__)


@bp.route("/enterprises/<int:enterprise_id>/assign", methods=["GET", "POST"])
@requires(Permission.ASSIGN_FIRST)
def assign(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ASSIGN_FIRST)
    if (current := commissioner_of(enterprise.id)) is not None:
        return _already(enterprise, current)
    form = ServeForm(queries.loads(), may_go_over=may(me, Permission.ASSIGN, enterprise))
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            return _assign(form, enterprise, me)
    return page("handover/assign.html", form, enterprise=enterprise, limit=bureau("load_limit"))


def _assign(form: ServeForm, enterprise: Enterprise, me: User) -> ResponseReturnValue:
    try:
        with writing():
            to = db.session.get_one(User, form.to.data)
            services.lock_firms(enterprise.id)
            services.lock_people(to.id)
            assignment.assign(
                enterprise,
                to,
                by=me,
                on=form.on.data,
                document_no=form.document_no.data or "",
                over_limit_reason=form.reason,
            )
            told(say("%(enterprise)s is now served by %(name)s", enterprise=enterprise.called, name=to.name))
    except Stale:
        return _already(enterprise, commissioner_of(enterprise.id))
    return back(enterprise, me)


def _already(enterprise: Enterprise, current: object) -> ResponseReturnValue:
    """409: somebody was first; the page says who and leads on."""
    return page("handover/taken.html", status=409, enterprise=enterprise, current=current)


@bp.route("/enterprises/<int:enterprise_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.ASSIGN, Permission.ASSIGN_BY_DOCUMENT)
def hand_over(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ASSIGN_BY_DOCUMENT)
    current = commissioner_of(enterprise.id)
    if current is None:
        return go("handover.assign", enterprise_id=enterprise.id)
    is_manager = may(me, Permission.ASSIGN, enterprise)
    form = HandOverForm(queries.loads(), by_document=not is_manager, may_go_over=is_manager)
    form.replaces.data = form.replaces.data or str(current.id)
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            return _hand_over(form, enterprise, me)
    return _hand_over_page(form, enterprise, current)


def _hand_over_page(form: HandOverForm, enterprise: Enterprise, current: Assignment, **status: int) -> Response:
    waiting = db.session.scalars(queries.orders_of(enterprise.id)).all()
    return page("handover/hand_over.html", form, enterprise=enterprise, current=current, waiting=waiting, **status)


def _hand_over(form: HandOverForm, enterprise: Enterprise, me: User) -> ResponseReturnValue:
    """Today or earlier: at once. A day to come: an order that the scheduler carries out on its day."""
    day, number, note = form.on.data, form.document_no.data or "", form.note.data or ""
    assert day is not None
    try:
        with writing():
            to = db.session.get_one(User, form.to.data)
            if day > clock.today():
                orders.order(enterprise, to, on=day, document_no=number, note=note, by=me)
                told(say("Ordered: %(name)s serves from %(day)s", name=to.name, day=day))
            else:
                services.hand_over(
                    enterprise,
                    to,
                    replaces=int(form.replaces.data or 0),
                    by=me,
                    on=day,
                    note=note,
                    document_no=number,
                    over_limit_reason=form.reason,
                )
                told(say("Handed over to %(name)s", name=to.name))
    except Stale:
        return _somebody_was_first(form, enterprise)
    return back(enterprise, me)


def _somebody_was_first(form: HandOverForm, enterprise: Enterprise) -> ResponseReturnValue:
    """409: nothing was written; the page says who serves now, and everything typed is still there."""
    current = commissioner_of(enterprise.id)
    if current is None:
        return _already(enterprise, None)
    form.replaces.data = str(current.id)
    who = {"enterprise": enterprise.called, "name": current.commissioner.name, "day": current.started_on}
    form.refuse(say("%(enterprise)s is served by %(name)s since %(day)s. Nothing of yours was written.", **who))
    return _hand_over_page(form, enterprise, current, status=409)


@bp.get("/assignments/load")
@requires(Permission.PEOPLE_VIEW)
def load_per_official() -> ResponseReturnValue:
    me = signed_in()
    return page(
        "handover/load.html",
        loads=queries.loads(),
        seen=queries.seen_loads(me),
        warn=bureau("load_warn"),
        limit=bureau("load_limit"),
        orders=list(db.session.scalars(queries.waiting_orders(me))),
    )


@bp.post("/assignments/orders/<int:order_id>/cancel")
@requires(Permission.ASSIGN_BY_DOCUMENT)
def cancel_order(order_id: int) -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    made = db.session.get(AssignmentOrder, order_id) or abort(404)
    load(made.enterprise_id, me, Permission.ASSIGN_BY_DOCUMENT)
    if not form.validate_on_submit():
        abort(400)
    with writing():
        orders.cancel(made, by=me)
        told(say("The order is cancelled"))
    return back(made.enterprise, me) if request.form.get("back") == "file" else go("handover.load_per_official")
