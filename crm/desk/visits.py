"""The quick visit: choose the firm, then one page, one save (the visit and its follow-up)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import _, say
from crm.desk import visit_queries as queries
from crm.desk.views import bp
from crm.desk.visit_forms import VisitForm, visit_form
from crm.enterprises.models import Contact, Enterprise, Standing
from crm.enterprises.queries import may
from crm.followups import services as followups
from crm.permissions import Permission
from crm.visits import services as visits
from crm.workdays.queries import calendar


@bp.route("/visits/new", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def new_visit() -> ResponseReturnValue:
    """Any official may record a visit to any firm in the zone; without `enterprise` the firm is chosen first."""
    me = signed_in()
    enterprise = _chosen()
    if enterprise is None:
        return _choose(me)
    is_mine = may(me, Permission.ENTERPRISE_VIEW, enterprise)
    contacts = queries.contacts_of(enterprise, me) if is_mine else []
    form = visit_form(contacts, clock.today(), calendar())
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            is_new = _save(form, enterprise, contacts, me)
            told(_thanks(form, is_new))
            return go("desk.enterprise", enterprise_id=enterprise.id) if is_mine else go("desk.home")
    return page("desk/visits/new.html", form, enterprise=enterprise, is_mine=is_mine, **_around(enterprise, is_mine))


def _chosen() -> Enterprise | None:
    wanted = id_from(request.args.get("enterprise"))
    if wanted is None:
        return None
    found = db.session.scalar(select(Enterprise).where(Enterprise.id == wanted, Enterprise.standing != Standing.MERGED))
    return found or abort(404)


def _choose(me: User) -> ResponseReturnValue:
    typed = request.args.get("q", "").strip()
    found = queries.found(typed) if typed else None
    return page("desk/visits/choose.html", typed=typed, found=found, groups=queries.suggested(me, clock.today()))


def _around(enterprise: Enterprise, is_mine: bool) -> dict[str, Any]:
    """What stands beside the form: whose firm it is, and for its own people what happened last and what is open."""
    beside = queries.beside(enterprise) if is_mine else None
    return {"line": queries.line_of(enterprise), "beside": beside}


def _save(form: VisitForm, enterprise: Enterprise, contacts: list[Contact], me: User) -> bool:
    """The visit and, if a day was chosen, its follow-up in one transaction; False when both are there already."""
    if form.followup_text.data and form.next_on is None:
        raise RuleBroken(say("Choose the day of the follow-up"), "followup_on")
    contact = next((c for c in contacts if c.id == form.contact_id), None)
    met = form.met.data or (contact.name if contact else "")
    visit, is_new = visits.record(
        enterprise, by=me, kind=form.kind.data or "", on=form.visited_on, met=met, is_not_met=form.is_not_met,
        contact=contact, text=form.text.data or "", client_key=form.client_key.data or "",
    )  # fmt: skip
    if is_new and form.next_on is not None:
        followups.add(
            enterprise, owner=me, text=form.followup_text.data or _promised(form.visited_on), due_on=form.next_on,
            by=me, origin=("visit", visit.id),
        )  # fmt: skip
    return is_new


def _promised(visited_on: date) -> str:
    """The words of a follow-up for which nobody wrote any, in the language of its author."""
    return str(_("Follow up on the visit of %(day)s", day=visited_on.isoformat()))


def _thanks(form: VisitForm, is_new: bool) -> Any:
    if not is_new:
        return say("This visit had been saved already; it was not saved twice")
    if form.next_on is None:
        return say("Visit saved")
    return say("Visit saved; you will be reminded on %(day)s", day=calendar().roll(form.next_on).on)
