"""Steps that wait: the list, confirming several at once, and what one person confirmed alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in
from crm.core.among import among
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import ButtonForm
from crm.core.typed import ids_from
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.cultivation import services, standstill
from crm.cultivation import waiting as steps
from crm.cultivation.models import TrackProposal
from crm.permissions import Permission

bp = Blueprint("track_steps", __name__)
MOST_AT_ONCE = 100
DECIDED = say("It has been decided already")


@bp.get("/track-steps")
@requires(Permission.TRACK_CONFIRM, Permission.TRACK_RECORD)
def waiting() -> ResponseReturnValue:
    return page("cultivation/waiting.html", listing=steps.listing(signed_in(), request.args))


@bp.route("/track-steps/confirm", methods=["GET", "POST"])
@requires(Permission.TRACK_CONFIRM)
def confirm_many() -> ResponseReturnValue:
    """The ticked ones, or all that match; each is an act of its own: one that cannot stand keeps no other back."""
    me, form = signed_in(), ButtonForm()
    chosen = _chosen(me)
    if form.validate_on_submit():
        refused = [(row, why) for row in chosen if (why := _confirm(row.id, me))]
        told(say("%(n)s steps are confirmed", n=len(chosen) - len(refused)))
        if not refused:
            return go("track_steps.waiting")
        return page("cultivation/refused.html", refused=refused, status=200 if len(refused) < len(chosen) else 409)
    return page("cultivation/confirm_many.html", form, chosen=chosen, grade_word=steps.grade_word)


def _chosen(me: User) -> Sequence[Any]:
    query = steps.rows().where(steps.confirmable(me)).order_by(TrackProposal.proposed_at, TrackProposal.id)
    if not (request.method == "GET" and request.args.get("all")):
        query = query.where(among(TrackProposal.id, ids_from(request.values.getlist("id")[:MOST_AT_ONCE])))
    return db.session.execute(query.limit(MOST_AT_ONCE)).all()


def _confirm(proposal_id: int, me: User) -> Say | None:
    """Why it does not stand."""
    try:
        with writing():
            services.confirm(db.session.get_one(TrackProposal, proposal_id), by=me)
    except RuleBroken as broken:
        return broken.obstacles[0].why
    except Stale:
        return DECIDED
    return None


@bp.get("/track-steps/alone")
@requires(Permission.HISTORY_VIEW)
def alone() -> ResponseReturnValue:
    return page("cultivation/alone.html", listing=steps.alone(signed_in(), request.args))


@bp.get("/tracks/stalled")
@requires(Permission.ENTERPRISE_VIEW)
def stalled() -> ResponseReturnValue:
    return page("cultivation/stalled.html", listing=standstill.listing(signed_in(), request.args))
