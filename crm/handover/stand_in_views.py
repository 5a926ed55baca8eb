"""Pages about deputies (A/B 角)."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in
from crm.accounts.queries import in_reach
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import say
from crm.enterprises.serving_models import StandIn
from crm.handover import queries, stand_ins
from crm.handover.forms import StandInForm
from crm.permissions import Permission

bp = Blueprint("stand_ins", __name__)


@bp.route("/stand-ins", methods=["GET", "POST"])
@requires(Permission.STAND_IN)
def stand_in() -> ResponseReturnValue:
    """Who stands in for whom: one's own, and for managers everybody in reach."""
    me = signed_in()
    people, mine = queries.loads(), _may_arrange(me)
    form = StandInForm(people, [p for p in people if p.id in mine])
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            official, deputy = db.session.get_one(User, form.official.data), db.session.get_one(User, form.deputy.data)
            stand_ins.stand_in(
                official,
                deputy,
                by=me,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                reason=form.reason.data or "",
            )
            told(say("%(deputy)s stands in for %(official)s", deputy=deputy.name, official=official.name))
            return go("stand_ins.stand_in")
    rows = [
        r for r in db.session.scalars(queries.stand_ins_of(me, all_below=True)) if {r.official_id, r.deputy_id} & mine
    ]
    return page("handover/stand_ins.html", form, rows=rows, mine=mine)


@bp.post("/stand-ins/<int:stand_in_id>/end")
@requires(Permission.STAND_IN)
def end(stand_in_id: int) -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    row = db.session.get(StandIn, stand_in_id)
    if row is None or row.official_id not in _may_arrange(me):
        abort(404)
    if not form.validate_on_submit():
        abort(400)
    with writing():
        stand_ins.end(row, by=me)
        told(say("Ended"))
    return go("stand_ins.stand_in")


def _may_arrange(me: User) -> set[int]:
    """People whose deputy this person may name: himself, and those in his reach as a manager."""
    return {me.id, *db.session.scalars(in_reach(me, Permission.ASSIGN))}
