"""One commissioner for the ticked rows of the list, or for all that match its filters."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.typed import ids_from
from crm.core.web import go, nothing_ticked, page, told
from crm.core.words import say
from crm.desk.enterprise_rows import matching_ids
from crm.desk.views import bp
from crm.handover import bulk, queries
from crm.handover.forms import HandOverForm
from crm.permissions import Permission

MOST = 500
"""Enterprises changed by one act; more are split by filters, so that a person can still check the page."""


@bp.route("/enterprises/assign", methods=["GET", "POST"])
@requires(Permission.ASSIGN_FIRST)
def assign_many() -> ResponseReturnValue:
    """Those nobody serves are assigned, the others handed over; the page first shows what will change."""
    if empty := nothing_ticked("desk.enterprises"):
        return empty
    me = signed_in()
    mine, others = queries.chosen(me, _chosen_ids(me), Permission.ASSIGN_FIRST)
    if not mine:
        abort(404)
    is_manager = len(queries.chosen(me, [firm.id for firm in mine], Permission.ASSIGN)[0]) == len(mine)
    form = HandOverForm(queries.loads(), by_document=not is_manager, may_go_over=is_manager)
    plan = bulk.plan(mine)
    form.replaces.data = form.replaces.data or bulk.stamp(plan)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            to = db.session.get_one(User, form.to.data)
            n = bulk.carry_out(mine, to, form=form, by=me)
            told(say("%(n)s enterprises are now served by %(name)s", n=n, name=to.name))
            return go("desk.enterprises", commissioner=to.id)
    return page("handover/many.html", form, plan=plan, others=others, most=MOST)


def _chosen_ids(me: User) -> list[int]:
    """The ticked ids, or with all=1 the first so many that match the list's filters."""
    if request.method == "GET" and request.args.get("all"):
        ids, _total, _capped = matching_ids(me, request.args, Permission.ASSIGN_FIRST)
        return list(db.session.scalars(ids.limit(MOST)))
    return ids_from(request.values.getlist("id")[:MOST])
