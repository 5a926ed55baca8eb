"""The quick visit: choose the firm, then one page, one save (the visit, its follow-up, what the firm asks for)."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import say
from crm.desk import visit_queries as queries
from crm.desk.views import bp
from crm.desk.visit_forms import VisitForm, is_estimated, visit_form
from crm.desk.visit_saving import Known, save
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import rights_on
from crm.permissions import Permission
from crm.visits import queries as visits
from crm.visits.models import Visit, VisitState
from crm.workdays.queries import calendar
from crm.workdays.rules import Calendar
from crm.workdays.words import counted


@bp.route("/visits/new", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def new_visit() -> ResponseReturnValue:
    """Any official may record a visit to any firm in the zone; without `enterprise` the firm is chosen first.

    With `plan` it is the visit planned on that row, and its firm.
    """
    me, planned = signed_in(), _planned()
    enterprise = planned.enterprise if planned else chosen()
    if enterprise is None:
        return _choose(me)
    if planned and planned.state != VisitState.PLANNED and request.method == "GET":
        told(say("This planned visit is no longer open: here is what became of it"))
        return go("desk.visit", visit_id=planned.id)
    known = known_of(enterprise, me, planned)
    days = calendar()
    form = visit_form(known.contacts, clock.today(), days)
    form.policies.choices = queries.policies_to_tell()
    form.author.choices = queries.named_authors(known.authors)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            visit, is_new = save(form, known, me)
            told(_thanks(form, is_new, days))
            return go("desk.visit", visit_id=visit.id)
    return page("desk/visits/new.html", form, estimated=is_estimated(clock.today(), days), **_around(form, known))


def chosen() -> Enterprise | None:
    """The firm named in the address; 404 when there is none such."""
    wanted = id_from(request.args.get("enterprise"))
    if wanted is None:
        return None
    found = db.session.scalar(select(Enterprise).where(Enterprise.id == wanted, Enterprise.standing != Standing.MERGED))
    return found or abort(404)


def _planned() -> Visit | None:
    wanted = id_from(request.args.get("plan"))
    if wanted is None:
        return None
    found = visits.load(wanted, signed_in())
    if not visits.is_own(signed_in(), found):
        abort(403)
    return found


def known_of(enterprise: Enterprise, me: User, planned: Visit | None = None) -> Known:
    """What this person may choose and write down at the firm."""
    rights = rights_on(me, enterprise.id, (Permission.ENTERPRISE_VIEW, *queries.NAMES_PEOPLE))
    contacts = queries.contacts_of(enterprise) if rights & set(queries.NAMES_PEOPLE) else []
    is_open = planned is not None and planned.state == VisitState.PLANNED
    return Known(
        enterprise=enterprise, is_mine=Permission.ENTERPRISE_VIEW in rights, contacts=contacts,
        authors=queries.authors_for(me), edits=Permission.ENTERPRISE_EDIT in rights,
        planned=planned if is_open else None,
    )  # fmt: skip


def _choose(me: User) -> ResponseReturnValue:
    typed = request.args.get("q", "").strip()
    found = queries.found(typed) if typed else None
    return page("desk/visits/choose.html", typed=typed, found=found, groups=queries.suggested(me, clock.today()))


def _around(form: VisitForm, known: Known) -> dict[str, Any]:
    """What stands beside the form: whose firm it is, and for its own people what happened last and what is open."""
    return {
        "enterprise": known.enterprise,
        "is_mine": known.is_mine,
        "is_planned": known.planned is not None,
        "line": queries.line_of(known.enterprise, signed_in()),
        "beside": queries.beside(known.enterprise) if known.is_mine else None,
        "asks": bool(form.followup_on.errors) and form.next_on is None,
        "drafts": bureau("visit_drafts"),
    }


def _thanks(form: VisitForm, is_new: bool, days: Calendar) -> Any:
    if not is_new:
        return say("This visit had been saved already; it was not saved twice")
    if form.next_on is None:
        return say("Visit saved")
    return say("Visit saved; you will be reminded on %(day)s", day=counted(days.roll(form.next_on).on))
