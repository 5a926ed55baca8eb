"""Pages of the yearly lists: all of them, a new one, its head corrected, firms put on it and struck off."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from crm.accounts import User, requires, signed_in
from crm.accounts.queries import answers_for_zone
from crm.core import clock
from crm.core.among import among
from crm.core.db import db, read, writing
from crm.core.errors import RuleBroken
from crm.core.typed import id_from, ids_from
from crm.core.web import go, page, told
from crm.core.words import say
from crm.cultivation import list_listing, list_queries, lists
from crm.cultivation.list_choosing import MOST, Chosen, chosen
from crm.cultivation.list_forms import EnterForm, ListForm, NewListForm, StrikeForm
from crm.cultivation.list_listing import listing
from crm.cultivation.rules.yearly import ListKind, list_kinds
from crm.cultivation.views import bp
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.permissions import Permission

TOO_MANY = say("At most %(most)s enterprises at a time: narrow the choice, the others follow after these", most=MOST)


@bp.get("/lists")
@requires(Permission.ENTERPRISE_VIEW)
def yearly_lists() -> ResponseReturnValue:
    """Every list, with how many of its firms one may see are on it."""
    me = signed_in()
    rows = _all_lists(me)
    still = ListMember.until_on.is_(None)
    query = select(ListMember.list_id, func.count()).join(YearlyList, YearlyList.id == ListMember.list_id)
    counts: Any = read(query.where(list_queries.members_seen_by(me), still).group_by(ListMember.list_id))
    keeps = answers_for_zone(me, Permission.LISTS_EDIT)
    return page("cultivation/lists.html", rows=rows, counts=dict(map(tuple, counts)), in_force=_in_force(), keeps=keeps)


@bp.route("/lists/new", methods=["GET", "POST"])
@requires(Permission.LISTS_EDIT)
def new_list() -> ResponseReturnValue:
    me = signed_in()
    _must_answer_for_zone(me)
    form = NewListForm(_kinds(me))
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            made = lists.make(form.kind.data, **form.told(form.kind.data), by=me)
            told(say("The list is set up: put the firms on it now"))
            return go("cultivation.enter_list", list=made.id)
    return page("cultivation/list_form.html", form, row=None)


@bp.get("/lists/<int:list_id>")
@requires(Permission.ENTERPRISE_VIEW)
def yearly_list(list_id: int) -> ResponseReturnValue:
    me, found = signed_in(), load_list(list_id)
    made = listing(me, found, request.args)
    is_newest = list_queries.of_kind(found.kind)[0].id == found.id
    around: dict[str, Any] = {"kind": list_kinds()[found.kind], "is_newest": is_newest, "in_force": _in_force()}
    around["in_part"] = list_listing.in_part(me, found)
    around["keeps"] = answers_for_zone(me, Permission.LISTS_EDIT)
    return page("cultivation/yearly_list.html", row=found, listing=made, **around)


@bp.route("/lists/<int:list_id>/edit", methods=["GET", "POST"])
@requires(Permission.LISTS_EDIT)
def edit_list(list_id: int) -> ResponseReturnValue:
    found = load_list(list_id)
    _must_answer_for_zone(signed_in())
    form = ListForm(obj=found)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            lists.change(found, version=form.version.data or 0, **form.told(found.kind), by=signed_in())
            told(say("The list is up to date"))
            return go("cultivation.yearly_list", list_id=found.id)
    return page("cultivation/list_form.html", form, row=found)


@bp.route("/lists/enter", methods=["GET", "POST"])
@requires(Permission.LISTS_EDIT)
def enter_list() -> ResponseReturnValue:
    """Firms for a list: ticked in the enterprise list, searched here, or pasted as names and codes."""
    me = signed_in()
    form = EnterForm(_all_lists(me))
    found = chosen(me, form.names.data or "" if form.is_submitted() else "")
    if not form.is_submitted():
        form.list.data = id_from(request.args.get("list")) or form.list.data
        if found.is_cut:
            form.refuse(TOO_MANY, "names")
    if form.validate_on_submit() and _is_whole(form, found):
        with form.showing(RuleBroken), writing():
            to = load_list(form.list.data)
            n = lists.enter(to, found.firms, from_on=form.from_on.data, reason=form.reason.data or "", by=me)
            told(say("%(n)s enterprises put on the list", n=n))
            return go("cultivation.yearly_list", list_id=to.id)
    return page("cultivation/list_enter.html", form, found=found)


def _is_whole(form: EnterForm, found: Chosen) -> bool:
    """Nothing is written while a line names no firm, or none was chosen, or too many."""
    if found.is_cut:
        form.refuse(TOO_MANY, "names")
    for line in found.unknown:
        form.refuse(say("Not found, or not yours to change: %(line)s", line=line), "names")
    if not found.firms and not found.unknown:
        form.refuse(say("Choose an enterprise, or name one"), "names")
    return not form.is_refused


@bp.route("/lists/<int:list_id>/strike", methods=["GET", "POST"])
@requires(Permission.LISTS_EDIT)
def strike_list(list_id: int) -> ResponseReturnValue:
    found = load_list(list_id)
    rows = _ticked(found, signed_in())
    if not rows:
        told(say("Tick the rows it is about first"), kind="error")
        return go("cultivation.yearly_list", list_id=found.id)
    form = StrikeForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            day, why = form.until_on.data, form.reason.data or ""
            n = lists.strike(found, [row.id for row in rows], until_on=day, reason=why, by=signed_in())
            told(say("%(n)s enterprises left the list", n=n))
            return go("cultivation.yearly_list", list_id=found.id)
    return page("cultivation/list_strike.html", form, row=found, rows=rows)


def _ticked(found: YearlyList, me: User) -> list[ListMember]:
    """The ticked members that are on the list and that this person may change."""
    query = select(ListMember).join(YearlyList, YearlyList.id == ListMember.list_id)
    query = query.where(ListMember.list_id == found.id, ListMember.until_on.is_(None))
    query = query.where(list_queries.members_edited_by(me))
    if request.method == "GET" and request.args.get("all"):
        matching = list_listing.chosen(me, found, request.args)
        query = query.where(ListMember.id.in_(matching.with_only_columns(ListMember.id).order_by(None)))
    else:
        query = query.where(among(ListMember.id, ids_from(request.values.getlist("id"))))
    return list(db.session.scalars(query.options(joinedload(ListMember.enterprise)).order_by(ListMember.id)))


def _must_answer_for_zone(me: User) -> None:
    """A list is the zone's: who answers for a part of it puts firms on it, but neither sets up nor changes it."""
    if not answers_for_zone(me, Permission.LISTS_EDIT):
        abort(403)


def load_list(list_id: int) -> YearlyList:
    """The list, or 404 for those who may not open it."""
    seen = select(YearlyList).where(YearlyList.id == list_id, list_queries.lists_seen_by(signed_in()))
    return db.session.scalar(seen) or abort(404)


def _all_lists(me: User) -> list[YearlyList]:
    query = select(YearlyList).where(list_queries.lists_seen_by(me))
    return list(db.session.scalars(query.order_by(YearlyList.year.desc(), YearlyList.kind, YearlyList.id)))


def _kinds(me: User) -> list[ListKind]:
    sees_all = me.may(Permission.TRACK_RESTRICTED)
    return [kind for kind in list_kinds().values() if sees_all or not kind.is_confidential]


def _in_force() -> set[int]:
    return set(list_queries.in_force(clock.today()).values())
