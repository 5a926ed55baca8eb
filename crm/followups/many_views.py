"""What is done with several follow-ups at once: settle them, ask their owners to move, names for the group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import User, everyone, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.forms import ButtonForm, Form
from crm.core.typed import ids_from
from crm.core.web import go_to, page, told
from crm.core.words import _, say
from crm.followups import chasing, many, queries
from crm.followups.forms import DoneForm, LaterForm
from crm.followups.list_views import MOST_AT_ONCE, chosen_ids
from crm.followups.models import Followup
from crm.followups.views import back_to, bp
from crm.permissions import Permission

MOST_NAMED = 5000


@bp.route("/followups/settle", methods=["GET", "POST"])
@everyone
def settle() -> ResponseReturnValue:
    """Done or later for all ticked rows; those that cannot be settled are named and stay as they are."""
    me = signed_in()
    mine = _those(me, queries.settled_by(me), queries.OPEN)
    done, later = DoneForm(prefix="done-"), LaterForm(clock.today(), prefix="later-")
    act = request.form.get("act", "")
    if act == "done" and done.validate_on_submit():
        with writing():
            outcome = many.finish([f.id for f in mine], result=done.result.data or "", by=me)
        undo = url_for("followups.reopen_many", ids=",".join(map(str, outcome.done)), back=_back())
        return _settled(outcome, say("%(n)s follow-ups are done", n=outcome.settled), undo)
    if act == "later" and later.validate_on_submit():
        ids, to_on, reason = [f.id for f in mine], later.to_on.data, later.reason.data or ""
        with writing():
            outcome = many.postpone(ids, to_on=to_on, reason=reason, by=me)
        return _settled(outcome, say("%(n)s follow-ups are put off", n=outcome.settled))
    if act not in ("", "done", "later"):
        abort(400)
    refused: Form | None = done if act == "done" else later if act == "later" else None
    return page("followups/settle.html", refused, chosen=mine, done=done, later=later, back=_back())


@bp.post("/followups/reopen")
@everyone
def reopen_many() -> ResponseReturnValue:
    """Those just settled together are open again, within a day; what somebody else settled stays as it is."""
    me, ids = signed_in(), ids_from(request.args.get("ids", "").split(","))[:MOST_AT_ONCE]
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        outcome = many.reopen(ids, by=me)
    if not outcome.done and not outcome.refused:
        abort(404)
    return _settled(outcome, say("%(n)s follow-ups are open again", n=outcome.settled))


def _settled(outcome: many.Outcome, words: object, undo: str | None = None) -> ResponseReturnValue:
    if outcome.refused:
        return page("followups/refused.html", words=words, refused=outcome.refused, undo=undo, back=_back(),
                    status=409 if not outcome.settled else 200)  # fmt: skip
    told(str(words), undo=undo)
    return go_to(_back())


@bp.route("/followups/chase", methods=["GET", "POST"])
@requires(Permission.ASSIGN_FIRST)
def chase() -> ResponseReturnValue:
    """One notice in the app and one line in the next digest for each owner; the page first says who."""
    me, form = signed_in(), ButtonForm()
    mine = _those(me, queries.chased_by(me))
    if form.validate_on_submit():
        with writing():
            asked = chasing.promises([f.id for f in mine], by=me)
        told(asked_words(asked))
        return go_to(_back())
    last = chasing.last_asked(chasing.FOLLOWUP, [f.id for f in mine])
    ready = chasing.may_ask_again(last, clock.today())
    too_soon = {subject: day for subject, day in last.items() if subject not in ready}
    is_cut = len(mine) >= MOST_AT_ONCE
    return page("followups/chase.html", form, chosen=mine, too_soon=too_soon, is_cut=is_cut, back=_back())


def asked_words(asked: chasing.Asked) -> str:
    if asked.too_soon:
        return str(
            say("Asked to move: %(n)s; asked less than 3 working days ago: %(m)s", n=asked.now, m=asked.too_soon)
        )
    return str(say("Asked to move: %(n)s", n=asked.now))


@bp.get("/followups/names")
@requires(Permission.ASSIGN_FIRST)
def names() -> ResponseReturnValue:
    """Names and counts to paste into the group: never what an enterprise asked for."""
    me = signed_in()
    mine = _those(me, queries.chased_by(me), most=MOST_NAMED)
    return page("followups/names.html", text=group_text(mine), back=_back())


def group_text(chosen: Sequence[Followup]) -> str:
    """By unit and name; a list to remind by, in fixed order."""
    counts = Counter(f.owner for f in chosen if f.owner is not None)
    late = Counter(f.owner for f in chosen if f.owner is not None and f.due_on < clock.today())
    people = sorted(counts, key=lambda person: (person.unit.path, person.name_pinyin, person.id))
    lines = [
        _("%(name)s (%(unit)s): %(n)s open, %(late)s overdue", name=p.name, unit=p.unit.name, n=counts[p], late=late[p])
        for p in people
    ]
    head = _("These follow-ups wait to be settled:")
    foot = _("%(people)s people, %(n)s follow-ups in all", people=len(people), n=sum(counts.values()))
    return "\n".join([head, *lines, foot])


def _back() -> str:
    """The list with its filters from which the rows were ticked."""
    if request.values.get("back"):
        return back_to()
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in ("id", "all")]
    return f"{url_for('followups.followups')}?{urlencode(kept)}" if kept else url_for("followups.followups")


def _those(me: User, *clauses: object, most: int = MOST_AT_ONCE) -> Sequence[Followup]:
    """The chosen ones as far as this person may; 404 when none is left."""
    found = db.session.scalars(queries.among(chosen_ids(me, most), *clauses)).unique().all()  # type: ignore[arg-type]
    return found or abort(404)
