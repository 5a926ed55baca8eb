"""A visit that is wrong: corrected, voided with a reason, or moved to the firm it belongs to with all it carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from crm.accounts import User, everyone, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import ButtonForm, Form, TextLine
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import say
from crm.desk import visit_queries
from crm.desk.views import bp
from crm.desk.visit_forms import NOBODY, TalkForm, recent_days
from crm.desk.visit_saving import Known, met_person
from crm.desk.visits import known_of
from crm.enterprises.models import Contact, Enterprise, Standing
from crm.followups import moving as followups
from crm.followups import reopening
from crm.visits import amending, company, queries, restoring
from crm.visits.models import Visit, VisitState


class WhyForm(Form):
    reason = TextLine(_l("Reason"), [DataRequired(_l("Write why")), Length(max=240)])


class CorrectForm(TalkForm):
    """What was there stands in the fields beside the chips; a chip that is tapped wins over it, not over a change."""

    version = HiddenField(default="0")
    was_on = HiddenField(default="")
    was_met = HiddenField(default="")

    def let_chips_win(self) -> None:
        """Without scripts nothing empties the field when a chip is tapped."""
        if self.on.data and self.was_on.data and str(self.on_other.data) == self.was_on.data:
            self.on_other.data = self.on_other.raw_data = None
        if self.person.data and self.was_met.data and self.met.data == self.was_met.data:
            self.met.data = ""


@bp.route("/visits/<int:visit_id>/void", methods=["GET", "POST"])
@everyone
def void_visit(visit_id: int) -> ResponseReturnValue:
    me, form = signed_in(), WhyForm()
    visit = queries.load_to_amend(visit_id, me)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            amending.void(visit, reason=form.reason.data or "", by=me)
            followups.cancel_born_of("visit", visit.id, reason=form.reason.data or "", by=me)
            told(say("The visit is voided; it counts nowhere any more"))
            return go("desk.visit", visit_id=visit.id, _anchor="saved-void")
    return page("desk/visits/void.html", form, visit=visit, drafts=bureau("visit_drafts"))


@bp.post("/visits/<int:visit_id>/restore")
@everyone
def restore_visit(visit_id: int) -> ResponseReturnValue:
    """Voided by mistake: it stands again, and what ended with it is open again. Who comes too late is told why."""
    me = signed_in()
    visit = queries.load(visit_id, me)
    if not (queries.is_own(me, visit) or restoring.may_restore(me, visit) or queries.may_amend(me, visit)):
        abort(403)
    if not ButtonForm().validate_on_submit():
        abort(400)
    if visit.state != VisitState.VOIDED:
        raise Stale(visit)
    try:
        if not restoring.may_restore(me, visit):
            raise RuleBroken(say("Only the manager of the enterprise can bring it back now"))
        with writing():
            since = restoring.restore(visit, by=me)
            reopening.reopen_with("visit", visit.id, since=since, by=me)
            told(say("The visit stands again, with all that belongs to it"))
    except RuleBroken as late:
        told(late.obstacles[0].why, kind="error")
    return go("desk.visit", visit_id=visit.id)


@bp.route("/visits/<int:visit_id>/move", methods=["GET", "POST"])
@everyone
def move_visit(visit_id: int) -> ResponseReturnValue:
    """First the firm is found, then the reason is written."""
    me, form = signed_in(), WhyForm()
    visit, typed = queries.load_to_amend(visit_id, me), request.args.get("q", "").strip()
    to = _target()
    if to is not None and form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            before = amending.move(visit, to, reason=form.reason.data or "", by=me)
            reason = form.reason.data or ""
            followups.move_born_of("visit", visit.id, before=before, to=to, reason=reason, by=me)
            told(say("The visit is at %(name)s now, with all that belongs to it", name=to.name))
            return go("desk.visit", visit_id=visit.id, _anchor="saved-move")
    found, drafts = visit_queries.found(typed) if typed and to is None else None, bureau("visit_drafts")
    return page("desk/visits/move.html", form, visit=visit, to=to, typed=typed, found=found, drafts=drafts)


def _target() -> Enterprise | None:
    wanted = id_from(request.args.get("to"))
    if wanted is None:
        return None
    found = db.session.get(Enterprise, wanted)
    return found if found is not None and found.standing == Standing.ACTIVE else abort(404)


@bp.route("/visits/<int:visit_id>/correct", methods=["GET", "POST"])
@everyone
def correct_visit(visit_id: int) -> ResponseReturnValue:
    me = signed_in()
    visit = queries.load_to_amend(visit_id, me)
    if visit.state != VisitState.DONE:
        abort(404)
    known = known_of(visit.enterprise, me)
    form = _as_saved(visit, known)
    if form.validate_on_submit():
        try:
            with form.showing(RuleBroken), writing():
                _correct(form, visit, known, me)
                told(say("The visit is corrected"))
                return go("desk.visit", visit_id=visit.id, _anchor="saved-correct")
        except Stale:
            return _meanwhile(form, visit_id, known)
    return _shown(form, visit, known)


def _meanwhile(form: CorrectForm, visit_id: int, known: Known) -> ResponseReturnValue:
    """Somebody else corrected it first: his words beside mine, which replace them only when sent once more."""
    db.session.rollback()
    visit = queries.load_to_amend(visit_id, signed_in())
    if visit.state != VisitState.DONE:
        raise Stale(visit)
    form.version.data = str(visit.version)
    form.refuse(say("Somebody corrected this visit meanwhile. Compare, then save again: yours would replace it."))
    form.refuse(say("It reads now: %(text)s", text=visit.text), "text")
    return _shown(form, visit, known, status=409)


def _shown(form: CorrectForm, visit: Visit, known: Known, **more: Any) -> ResponseReturnValue:
    drafts = bureau("visit_drafts")
    return page("desk/visits/correct.html", form, visit=visit, is_mine=known.is_mine, drafts=drafts, **more)


def _as_saved(visit: Visit, known: Known) -> CorrectForm:
    """The form; unless it was sent, filled with what is saved."""
    people, form = known.people(), CorrectForm()
    if not form.is_submitted():
        form.process(data=_values(visit, people))
    else:
        form.let_chips_win()
    form.offer(people, clock.today())
    return form


def _values(visit: Visit, people: Sequence[Contact]) -> dict[str, Any]:
    day, is_recent = visit.visited_on.isoformat(), visit.visited_on in recent_days(clock.today())
    chosen = NOBODY if visit.is_not_met else str(visit.contact_id or "")
    has_chip = visit.is_not_met or any(c.id == visit.contact_id and c.name == visit.met for c in people)
    return {
        "kind": visit.kind, "text": visit.text, "version": str(visit.version),
        "on": day if is_recent else "", "on_other": None if is_recent else visit.visited_on,
        "was_on": "" if is_recent else day, "was_met": "" if has_chip else visit.met,
        "person": chosen if has_chip else "", "met": "" if has_chip else visit.met,
        "leaders": company.line(company.of(visit, "leader")),
        "companions": company.line(company.of(visit, "companion")),
    }  # fmt: skip


def _correct(form: CorrectForm, visit: Visit, known: Known, me: User) -> None:
    is_as_before = form.met.data and form.met.data == visit.met  # a mere name stays one
    contact = None if is_as_before else met_person(form, known, me)
    amending.correct(
        visit, version=id_from(form.version.data) or 0, by=me, kind=form.kind.data or "", on=form.visited_on,
        met=form.met.data or (contact.name if contact else ""), is_not_met=form.is_not_met, text=form.text.data or "",
        contact=contact, leaders=form.leaders.data or "", companions=form.companions.data or "",
    )  # fmt: skip
