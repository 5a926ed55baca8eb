"""One promise: read it (a mail's link leads here), then done, later or not mine. Opening it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import User, everyone, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm, Form
from crm.core.typed import id_from
from crm.core.web import go, go_to, page, safe_next, told
from crm.core.words import _, say
from crm.enterprises import queries as enterprises
from crm.followups import asking, queries, reopening, services, words
from crm.followups.forms import DoneForm, GiveForm, LaterForm, NotMineForm
from crm.followups.models import Followup, FollowupState
from crm.permissions import Permission
from crm.workdays.words import counted

bp = Blueprint("followups", __name__)
bp.add_url_rule("/followups/<int:followup_id>/contact", "reveal", asking.reveal, methods=["POST"])


@bp.get("/followups/<int:followup_id>")
@everyone
def followup(followup_id: int) -> ResponseReturnValue:
    me = signed_in()
    return _show(queries.load(followup_id, me), me)


@bp.post("/followups/<int:followup_id>/done")
@everyone
def done(followup_id: int) -> ResponseReturnValue:
    me, found = _to_settle(followup_id)
    form = DoneForm(prefix="done-")
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.finish(found, by=me, result=form.result.data or "")
            told(say("Done"), undo=url_for("followups.reopen", followup_id=followup_id))
            return go_to(back_to())
    return _show(found, me, done=form)


@bp.post("/followups/<int:followup_id>/later")
@everyone
def later(followup_id: int) -> ResponseReturnValue:
    me, found = _to_settle(followup_id)
    form = LaterForm(clock.today(), prefix="later-")
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.postpone(found, to_on=form.to_on.data, reason=form.reason.data, by=me, at=form.at.data)
            told(say("Put off to %(day)s", day=counted(found.due_on)))
            return go("followups.followup", followup_id=followup_id)
    return _show(found, me, later=form)


@bp.post("/followups/<int:followup_id>/not-mine")
@everyone
def not_mine(followup_id: int) -> ResponseReturnValue:
    me, found = _to_settle(followup_id)
    form = NotMineForm(prefix="notmine-")
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.hand_back(found, reason=form.reason.data, by=me)
            told(say("Handed back"))
            return go_to(back_to())
    return _show(found, me, not_mine=form)


@bp.post("/followups/<int:followup_id>/give")
@requires(Permission.ASSIGN_FIRST)
def give(followup_id: int) -> ResponseReturnValue:
    """Whoever leads or keeps the ledger of the firm's unit names its owner."""
    me = signed_in()
    found = queries.load(followup_id, me)
    if not enterprises.may(me, Permission.ASSIGN_FIRST, found.enterprise):
        abort(403)
    form = GiveForm(queries.people_to_give(), prefix="give-")
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            to = db.session.get_one(User, int(form.owner.data))
            services.give(found, to, version=id_from(form.version.data) or 0, reason=form.reason.data or "", by=me)
            told(say("It is with %(name)s now", name=to.name))
            return go("followups.followup", followup_id=followup_id)
    return _show(found, me, give=form)


@bp.post("/followups/<int:followup_id>/reopen")
@everyone
def reopen(followup_id: int) -> ResponseReturnValue:
    """Done by mistake: open again, within a day."""
    me, found = _to_settle(followup_id)
    form = ButtonForm()
    if not form.validate_on_submit():
        abort(400)
    with form.showing(RuleBroken), writing():
        reopening.reopen(found, by=me)
        told(say("It is open again"))
        return go("followups.followup", followup_id=followup_id)
    return _show(found, me, reopened=form)


def back_to() -> str:
    """The list from which an act was begun, else the open items of this person."""
    return safe_next(request.values.get("back"), url_for("desk.todo"))


def _to_settle(followup_id: int) -> tuple[User, Followup]:
    """404 for strangers, 403 for readers."""
    me = signed_in()
    found = queries.load(followup_id, me)
    if not queries.may_settle(me, found):
        abort(403)
    return me, found


def _show(found: Followup, me: User, **refused: Form) -> ResponseReturnValue:
    """The page; the form that was refused keeps what was typed and stands open."""
    forms: dict[str, Form] = {
        "done": DoneForm(prefix="done-", formdata=None),
        "later": LaterForm(clock.today(), prefix="later-", formdata=None),
        "not_mine": NotMineForm(prefix="notmine-", formdata=None),
        **refused,
    }
    gives = found.state == FollowupState.OPEN and enterprises.may(me, Permission.ASSIGN_FIRST, found.enterprise)
    if gives and "give" not in forms:
        forms["give"] = GiveForm(queries.people_to_give(), prefix="give-", formdata=None)
    if isinstance(give := forms.get("give"), GiveForm):
        give.version.data = str(found.version)
    return page(
        "followups/followup.html",
        next(iter(refused.values()), None),
        followup=found,
        forms=forms,
        refused=next(iter(refused), ""),
        may_settle=queries.may_settle(me, found),
        gives=gives,
        sees_firm=enterprises.may(me, Permission.ENTERPRISE_VIEW, found.enterprise),
        contact=asking.contact_for(me, found),
        moves=_moves(found),
        can_reopen=reopening.can_reopen(found),
        button=ButtonForm(formdata=None),
        kind=words.KIND[found.kind],
        back=request.values.get("back", ""),
    )


def _reason(text: str) -> str:
    """Our own word, or what a person wrote."""
    ours = {"handed over": _("handed over"), "calendar": _("the calendar of holidays changed")}
    return ours.get(text, text)


def _moves(found: Followup) -> list[tuple[Any, str]]:
    """What became of it so far: (when, words)."""
    rows = db.session.scalars(queries.moves_of(found)).all()
    people = queries.names_of([row.to_owner_id for row in rows])
    return [(row.at, _move(row, people)) for row in rows]


def _move(row: Any, people: Mapping[int | None, str]) -> str:
    why = _reason(row.reason)
    if row.to_on:
        return _("Put off to %(day)s: %(reason)s", day=row.to_on, reason=why)
    if row.to_owner_id is None:
        return _("Handed back, it waits for somebody: %(reason)s", reason=why)
    return _("Passed on to %(name)s: %(reason)s", name=people.get(row.to_owner_id, "--"), reason=why)
