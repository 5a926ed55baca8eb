"""Pages about the tracks of an enterprise: the next step, the word on a proposed one, a correction."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import say
from crm.cultivation import correcting, courses, services, weighing
from crm.cultivation.forms import CorrectForm, DecideForm, StepForm
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.paper_views import attach_sent, sent
from crm.cultivation.queries import history, proposals_seen_by, rows_of, seen_by
from crm.cultivation.rules.history import CORRECTIONS, Sort, Step, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Kind
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load, may
from crm.permissions import Permission

bp = Blueprint("cultivation", __name__)
RECORDED = say("The step is recorded")
WAITS = say("The step waits for confirmation by another person")


@bp.route("/enterprises/<int:enterprise_id>/tracks/<track_kind>", methods=["GET", "POST"])
@requires(Permission.TRACK_RECORD)
def step(enterprise_id: int, track_kind: str) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.TRACK_RECORD)
    kind = _kind(track_kind, me, enterprise)
    track = courses.current(enterprise.id, kind.code)
    codes = kind.states[track.state].next if track and track.state else kind.starts
    after = [kind.states[code] for code in codes]
    form = StepForm(kind, after, track.board if track else "")
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            take(form, enterprise, kind, me)
            return _back(enterprise.id)
    form.stand_at(services.next_seq(enterprise.id, kind.code))
    last = weighing.last_of(track) if track is not None else None
    return page("cultivation/step.html", form, enterprise=enterprise, kind=kind, track=track, after=after, last=last)


def take(form: StepForm, enterprise: Enterprise, kind: Kind, me: User) -> None:
    """The step of a form with its papers: whatever door it came by."""
    with sent(form) as papers, writing():
        made = services.propose(enterprise, kind.code, form.proposed(), seq=form.seq.data or 0, by=me)
        attach_sent(made, papers, by=me)
        told(WAITS if isinstance(made, TrackProposal) else RECORDED)


@bp.route("/track-steps/<int:proposal_id>", methods=["GET", "POST"])
@requires(Permission.TRACK_CONFIRM, Permission.TRACK_RECORD)
def decide(proposal_id: int) -> ResponseReturnValue:
    """For whoever may confirm it; its proposer reads it there, and may take it back."""
    me, form = signed_in(), DecideForm()
    proposal = _waiting(proposal_id, me)
    enterprise = db.session.get_one(Enterprise, proposal.enterprise_id)
    may_confirm = may(me, Permission.TRACK_CONFIRM, enterprise)
    if form.is_submitted() and not may_confirm:
        abort(403)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            told(_decide(proposal, form, me))
            return _back(enterprise.id)
    form.stand_at(services.next_seq(enterprise.id, proposal.kind))
    weighed = weighing.of(proposal, enterprise, me)
    named: dict[str, Any] = {"weighed": weighed, "may_confirm": may_confirm, "me": me}
    return page("cultivation/decide.html", form, enterprise=enterprise, row=proposal, **named)


def _decide(proposal: TrackProposal, form: DecideForm, me: User) -> Any:
    because = form.because.data or ""
    if request.form.get("word") == "reject":
        services.reject(proposal, by=me, reason=because)
        return say("The step is not confirmed")
    services.confirm(proposal, by=me, alone_because=because, place=form.place)
    return say("The step is confirmed")


@bp.post("/track-steps/<int:proposal_id>/withdraw")
@requires(Permission.TRACK_RECORD)
def withdraw(proposal_id: int) -> ResponseReturnValue:
    me = signed_in()
    proposal = _waiting(proposal_id, me)
    if proposal.proposed_by_id != me.id:
        abort(403)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        services.withdraw(proposal, by=me)
        told(say("The step is taken back"))
    return _back(proposal.enterprise_id)


def _waiting(proposal_id: int, me: User) -> TrackProposal:
    waits = select(TrackProposal).where(TrackProposal.id == proposal_id, proposals_seen_by(me))
    return db.session.scalar(waits) or abort(404)


@bp.route("/tracks/<int:track_id>/events/<int:seq>", methods=["GET", "POST"])
@requires(Permission.TRACK_CONFIRM)
def correct(track_id: int, seq: int) -> ResponseReturnValue:
    me = signed_in()
    track = db.session.scalar(select(Track).where(Track.id == track_id, seen_by(me))) or abort(404)
    enterprise, kind = load(track.enterprise_id, me, Permission.TRACK_CONFIRM), ladder().kinds[track.kind]
    row, stands = _event(track, seq)
    form = CorrectForm(kind)
    if not form.is_submitted():
        form.on.data, form.state.data = stands.on, stands.state
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            correcting.correct(track, seq, **_wishes(form, stands), by=me)
            told(say("The step is corrected"))
            return _back(enterprise.id)
    form.stand_at((track.attempt, track.last_seq + 1))
    named: dict[str, Any] = {"row": row, "stands": stands, "state": kind.states[stands.state]}
    return page("cultivation/correct.html", form, enterprise=enterprise, kind=kind, track=track, **named)


def _wishes(form: CorrectForm, stands: Step) -> dict[str, Any]:
    sort = Sort(form.sort.data)
    given: dict[str, Any] = {"sort": sort, "seq": form.seq.data or 0, "reason": form.reason.data or ""}
    if sort == Sort.REDATE:
        given["on"] = form.on.data or stands.on
    if sort == Sort.RESTATE:
        board = form.board.data if "board" in form else ""
        given |= {"state": form.state.data, "board": board or ""}
    return given


def _event(track: Track, seq: int) -> tuple[TrackEvent, Step]:
    """An event that still stands, or 404."""
    rows = rows_of([track])[track.id]
    row = next((row for row in rows if row.seq == seq and row.sort not in CORRECTIONS), None)
    stands = next((step for step in steps(history(rows)) if step.seq == seq), None)
    if row is None or stands is None:
        abort(404)
    return row, stands


def _kind(code: str, me: User, enterprise: Enterprise) -> Kind:
    kind = ladder().kinds.get(code)
    if kind is None or (kind.is_confidential and not may(me, Permission.TRACK_RESTRICTED, enterprise)):
        abort(404)
    return kind


def _back(enterprise_id: int) -> ResponseReturnValue:
    return go("desk.enterprise", enterprise_id=enterprise_id, tab="tracks")
