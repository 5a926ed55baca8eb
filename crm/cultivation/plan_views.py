"""The page on which the plan of a track is said or changed."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.web import go, page, safe_next, told
from crm.core.words import say
from crm.cultivation import planning
from crm.cultivation.models import Track
from crm.cultivation.outlooks import plans_of
from crm.cultivation.plan_forms import PlanForm
from crm.cultivation.queries import seen_by
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.views import bp
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load
from crm.permissions import Permission


@bp.route("/tracks/<int:track_id>/plan", methods=["GET", "POST"])
@requires(Permission.TRACK_RECORD)
def plan(track_id: int) -> ResponseReturnValue:
    me = signed_in()
    track, enterprise = open_track(track_id, me, Permission.TRACK_RECORD)
    form = PlanForm(planning.newest(track.id), track.state)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            wanted, reason = form.planned(track.state), form.because
            planning.plan(track, wanted, seq=form.seq.data or 0, reason=reason, by=me)
            told(say("The plan is kept"))
            return go(back_to(enterprise.id))
    named: dict[str, Any] = {
        "track": track,
        "kind": ladder().kinds[track.kind],
        "plans": plans_of([track.id])[track.id][::-1],
    }
    return page("cultivation/plan.html", form, enterprise=enterprise, back=back_to(enterprise.id), **named)


def open_track(track_id: int, me: User, permission: Permission) -> tuple[Track, Enterprise]:
    """A track that goes on and that this person may see, or 404; 403 where he may not act."""
    known = select(Track).where(Track.id == track_id, Track.kind.in_(ladder().kinds), seen_by(me))
    track = db.session.scalar(known.where(Track.is_open)) or abort(404)
    return track, load(track.enterprise_id, me, permission)


def back_to(enterprise_id: int) -> str:
    """Where the person came from, else the tab of the file."""
    tab = url_for("desk.enterprise", enterprise_id=enterprise_id, tab="tracks")
    return safe_next(request.args.get("back"), tab)
