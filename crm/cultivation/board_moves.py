"""Moving a card: the form of the next step, opened from a board."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.core.typed import id_from
from crm.core.web import go, page, safe_next
from crm.cultivation import services
from crm.cultivation.forms import StepForm
from crm.cultivation.models import Track, TrackEvent
from crm.cultivation.queries import seen_by
from crm.cultivation.rules import lanes
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Kind, State
from crm.cultivation.views import bp, take
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load
from crm.permissions import Permission


@bp.route("/tracks/<int:track_id>/move", methods=["GET", "POST"])
@requires(Permission.TRACK_RECORD)
def move(track_id: int) -> ResponseReturnValue:
    """The next step of a track; `to` is the column a card was dragged to, `seen` the last event it stood on."""
    me = signed_in()
    track, enterprise = _track(track_id, me)
    kind, back = ladder().kinds[track.kind], safe_next(request.args.get("back"), url_for("cultivation.all_tracks"))
    after = _after(kind, kind.states[track.state], request.args.get("to", ""))
    form = StepForm(kind, after, track.board)
    seen = id_from(request.args.get("seen"))
    asked = (form.seq.data or 0) - 1 if form.is_submitted() else seen
    if asked is not None and asked != track.last_seq:
        return _moved_meanwhile(track, enterprise, back)
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            take(form, enterprise, kind, me)
            return go(back)
    form.stand_at(services.next_seq(enterprise.id, kind.code))
    return page("cultivation/step.html", form, enterprise=enterprise, kind=kind, track=track, after=after, back=back)


def _track(track_id: int, me: User) -> tuple[Track, Enterprise]:
    known = select(Track).where(Track.id == track_id, Track.kind.in_(ladder().kinds), Track.state != "", seen_by(me))
    track = db.session.scalar(known) or abort(404)
    return track, load(track.enterprise_id, me, Permission.TRACK_RECORD)


def _after(kind: Kind, state: State, to: str) -> Sequence[State]:
    """The steps that may follow, those of the column first."""
    places = lanes.places([*lanes.of_kind(kind), *lanes.of_rungs(ladder())] if not to else _boards_with(kind, to))
    steps = [kind.states[code] for code in state.next]
    return sorted(steps, key=lambda step: places.get(step.code) != to) if to else steps


def _boards_with(kind: Kind, to: str) -> list[lanes.Lane]:
    return [lane for lane in (*lanes.of_kind(kind), *lanes.of_rungs(ladder())) if lane.code == to]


def _moved_meanwhile(track: Track, enterprise: Enterprise, back: str) -> ResponseReturnValue:
    """Somebody was first: who, what and when."""
    last = select(TrackEvent).where(TrackEvent.track_id == track.id).order_by(TrackEvent.seq.desc()).limit(1)
    named = {"track": track, "kind": ladder().kinds[track.kind], "event": db.session.scalars(last).one()}
    return page("cultivation/moved.html", status=409, enterprise=enterprise, back=back, **named)
