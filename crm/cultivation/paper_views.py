"""Pages about the papers of a step: hand one in, look at it, take it away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, everyone, requires, signed_in
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import say
from crm.cultivation import papers
from crm.cultivation.forms import PaperForm, StepForm
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.paper_models import TrackPaper
from crm.cultivation.papers import Sent
from crm.cultivation.queries import proposals_seen_by, seen_by
from crm.cultivation.rules.ladder import ladder
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load
from crm.files import sending
from crm.permissions import Permission

bp = Blueprint("track_papers", __name__)
FULL = say("The server has no room for files: record the step without them, and hand them in later")
Step = TrackEvent | TrackProposal


@bp.route("/track-steps/<int:proposal_id>/papers", methods=["GET", "POST"])
@requires(Permission.TRACK_RECORD)
def of_waiting(proposal_id: int) -> ResponseReturnValue:
    me = signed_in()
    waits = select(TrackProposal).where(TrackProposal.id == proposal_id, proposals_seen_by(me))
    proposal = db.session.scalar(waits) or abort(404)
    there = papers.of_proposals([proposal.id])[proposal.id]
    return _papers(proposal, load(proposal.enterprise_id, me, Permission.TRACK_RECORD), there, me)


@bp.route("/tracks/<int:track_id>/events/<int:seq>/papers", methods=["GET", "POST"])
@requires(Permission.TRACK_RECORD)
def of_event(track_id: int, seq: int) -> ResponseReturnValue:
    me = signed_in()
    track = db.session.scalar(select(Track).where(Track.id == track_id, seen_by(me))) or abort(404)
    of_track = select(TrackEvent).where(TrackEvent.track_id == track.id, TrackEvent.seq == seq, TrackEvent.state != "")
    event = db.session.scalar(of_track) or abort(404)
    there = papers.of_events([event.id])[event.id]
    return _papers(event, load(track.enterprise_id, me, Permission.TRACK_RECORD), there, me)


def _papers(step: Step, enterprise: Enterprise, there: Sequence[TrackPaper], me: User) -> ResponseReturnValue:
    if step.state not in ladder().owner:
        abort(404)
    form, state = PaperForm(), ladder().state(step.state)
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            with sent(form) as ready, writing():
                if not ready:
                    raise RuleBroken(say("Choose a photo or a PDF"), "files")
                told(say("%(n)s files added", n=attach_sent(step, ready, by=me)))
            return go("desk.enterprise", enterprise_id=enterprise.id, tab="tracks")
    if not form.is_submitted():
        form.what.data = request.args.get("what", "")[:80]
    named: dict[str, Any] = {"kind": ladder().owner[step.state], "state": state, "papers": there, "step": step}
    return page("cultivation/papers.html", form, enterprise=enterprise, **named)


@bp.get("/track-papers/<int:paper_id>")
@everyone
def paper(paper_id: int) -> Response:
    found = papers.one_seen_by(signed_in(), paper_id) or abort(404)
    return sending.shown(found.file)


@bp.post("/track-papers/<int:paper_id>/remove")
@requires(Permission.TRACK_RECORD)
def remove(paper_id: int) -> ResponseReturnValue:
    me = signed_in()
    found = papers.one_seen_by(me, paper_id) or abort(404)
    enterprise = load(found.enterprise_id, me, Permission.TRACK_RECORD)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        papers.detach(found, by=me)
        told(say("The file is removed"))
    return go("desk.enterprise", enterprise_id=enterprise.id, tab="tracks")


@contextmanager
def sent(form: StepForm | PaperForm) -> Iterator[list[Sent]]:
    """What came with a form, on the disk for as long as the act may still fail. Raises RuleBroken."""
    ready = sending.looked_at(request.files.getlist("files"), papers.MOST_FILES)
    what = form.what.data or ""
    ends_on = form.ends_on.data if isinstance(form, PaperForm) else None
    with sending.stashed(ready, full=FULL) as stashed:
        yield [
            Sent(bytes_, one.name, one.media_type, what, ends_on) for one, bytes_ in zip(ready, stashed, strict=True)
        ]


def attach_sent(step: Step, ready: Sequence[Sent], *, by: User) -> int:
    """How many were new."""
    return sum(papers.attach(step, one, by=by) is not None for one in ready)
