"""The quick visit: choose the firm, then one page, one save (the visit, its follow-up, what the firm asks for)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import writing
from crm.core.errors import RuleBroken, Stale
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import say
from crm.desk import visit_queries as queries
from crm.desk.views import bp
from crm.desk.visit_forms import VisitForm, is_estimated, offer
from crm.desk.visit_saving import Known, Saved, promised, save
from crm.enterprises import contacts as people
from crm.enterprises.models import Enterprise
from crm.enterprises.seen import hold_any, load_any, reaches_of, rights_on
from crm.permissions import Permission
from crm.visits import queries as visits
from crm.visits.models import Visit, VisitState
from crm.workdays.queries import beside as loaded_calendar
from crm.workdays.queries import calendar, calendar_read_once
from crm.workdays.words import counted

ASKED = (Permission.ENTERPRISE_VIEW, *queries.NAMES_PEOPLE)


@bp.route("/visits/new", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def new_visit() -> ResponseReturnValue:
    """Any official may record a visit to any firm in the zone; without `enterprise` the firm is chosen first.

    With `plan` it is the visit planned on that row, and its firm.
    """
    me, planned = signed_in(), _planned()
    if planned and planned.state != VisitState.PLANNED and request.method == "GET":
        told(say("This planned visit is no longer open: here is what became of it"))
        return go("desk.visit", visit_id=planned.id)
    form = VisitForm()
    if form.validate_on_submit() and (answer := _saved(form, me, planned)) is not None:
        return answer
    named = (planned.enterprise, rights_on(me, planned.enterprise_id, ASKED)) if planned else chosen(me, ASKED)
    return _choose(me) if named is None else _shown(form, _known(me, *named, planned), me)


def _saved(form: VisitForm, me: User, planned: Visit | None) -> ResponseReturnValue | None:
    """On to the visit that was saved; None when it was refused, or no firm was named. One statement locks the firm and
    tells what is known of it."""
    wanted = planned.enterprise_id if planned else id_from(request.args.get("enterprise"))
    words, reaches = form.followup_text.data or promised(form.visited_on), reaches_of(me, ASKED)
    if wanted is None:
        return None
    with form.showing(RuleBroken), writing():
        firm, rights, (contacts, days) = hold_any(wanted, reaches, _beside())
        known = replace(_known(me, firm, rights, planned), contacts=people.told_beside(contacts))
        known = replace(known, author=queries.author_of(me, form.author.data or _planner(known)))
        with calendar_read_once(days):
            saved = save(form, known, me, words)
        if planned is not None and known.planned is None and saved.is_new:
            raise Stale(planned)  # somebody carried it out or called it off since
        told(_thanks(saved))
        return go("desk.visit", visit_id=saved.visit.id)
    return None


@cache
def _beside() -> tuple[Any, ...]:
    """The firm's people and the calendar."""
    return people.beside(bindparam("firm")), loaded_calendar()


def chosen(me: User, asked: tuple[Permission, ...] = ()) -> tuple[Enterprise, frozenset[Permission]] | None:
    """The firm named in the address, any of the zone, and which of these permissions I have there; 404 when there is
    none such."""
    wanted = id_from(request.args.get("enterprise"))
    return None if wanted is None else load_any(wanted, me, asked)


def _planned() -> Visit | None:
    wanted = id_from(request.args.get("plan"))
    if wanted is None:
        return None
    found = visits.load(wanted, signed_in())
    if not visits.is_own(signed_in(), found):
        abort(403)
    return found


def known_of(enterprise: Enterprise, me: User) -> Known:
    """What this person may choose and write down at the firm."""
    return _known(me, enterprise, rights_on(me, enterprise.id, ASKED))


def _known(me: User, enterprise: Enterprise, rights: frozenset[Permission], planned: Visit | None = None) -> Known:
    is_open = planned is not None and planned.state == VisitState.PLANNED
    return Known(
        enterprise=enterprise, is_mine=Permission.ENTERPRISE_VIEW in rights,
        names_people=bool(rights & set(queries.NAMES_PEOPLE)), edits=Permission.ENTERPRISE_EDIT in rights,
        planned=planned if is_open else None,
    )  # fmt: skip


def _planner(known: Known) -> str | None:
    """Whoever planned it makes the visit, unless another is chosen."""
    return str(known.planned.author_id) if known.planned else None


def _choose(me: User) -> ResponseReturnValue:
    typed = request.args.get("q", "").strip()
    found = queries.found(typed) if typed else None
    return page("desk/visits/choose.html", typed=typed, found=found, groups=queries.suggested(me, clock.today()))


def _shown(form: VisitForm, known: Known, me: User) -> ResponseReturnValue:
    """The page: what may be chosen is asked only for whoever sees it."""
    days, today = calendar(), clock.today()
    offer(form, known.people(), today, days)
    form.policies.choices = queries.policies_to_tell()
    form.author.choices = queries.whose(me)
    if not form.is_submitted() and (planner := _planner(known)) != str(me.id):
        form.author.data = planner
    return page("desk/visits/new.html", form, estimated=is_estimated(today, days), **_around(form, known))


def _around(form: VisitForm, known: Known) -> dict[str, Any]:
    """What stands beside the form: whose firm it is, and for its own people what happened last and what is open."""
    return {
        "enterprise": known.enterprise,
        "is_mine": known.is_mine,
        "is_planned": known.planned is not None,
        "planned_words": known.planned.text if known.planned is not None else "",
        "line": queries.line_of(known.enterprise, signed_in()),
        "beside": queries.beside(known.enterprise) if known.is_mine else None,
        "asks": bool(form.followup_on.errors) and form.next_on is None,
        "drafts": bureau("visit_drafts"),
    }


def _thanks(saved: Saved) -> Any:
    if not saved.is_new:
        return say("This visit had been saved already; it was not saved twice")
    if saved.next_on is None:
        return say("Visit saved")
    return say("Visit saved; you will be reminded on %(day)s", day=counted(saved.next_on))
