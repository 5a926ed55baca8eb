"""座谈、调研: several firms in one save, one text, one row per firm under one group key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, DateField, HiddenField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.among import among
from crm.core.bureau import bureau
from crm.core.db import db, lock, writing
from crm.core.errors import RuleBroken
from crm.core.forms import TextLine, tidy
from crm.core.typed import ids_from
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.desk import visit_queries as queries
from crm.desk.views import bp
from crm.desk.visit_forms import ToldForm, WhoseForm, new_key
from crm.desk.visit_saving import carried, promised
from crm.enterprises.models import Enterprise, Standing
from crm.followups import services as followups
from crm.permissions import Permission
from crm.visits import services
from crm.visits.models import Visit
from crm.visits.policies import ticked
from crm.visits.rules import MOST_FIRMS
from crm.visits.words import kind_choices

DEFAULT_KIND = "meeting"


class GroupForm(WhoseForm, ToldForm):
    client_key = HiddenField()
    kind = RadioField(_l("How"), validate_choice=False)
    on = DateField(_l("Day"), [InputRequired(_l("Choose a day"))])
    text = TextAreaField(
        _l("What was talked about"), [DataRequired(_l("Write what was talked about")), Length(max=4000)], filters=[tidy]
    )
    followup_on = DateField(_l("Follow up on"), [Optional()])
    no_followup = BooleanField()
    leaders = TextLine(_l("Leader who came along"), [Optional(), Length(max=200)])
    companions = TextLine(_l("Colleagues who came along"), [Optional(), Length(max=400)])


@dataclass(frozen=True)
class Whose:
    """Whose visits these are, who types them, and the words of a next day."""

    author: User
    typist: User
    words: str


@bp.route("/visits/group", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def group_visit() -> ResponseReturnValue:
    """The firms stand in the address (`enterprise` for each, as chosen); none yet: choose."""
    me, firms = signed_in(), _firms()
    is_many = len(firms) > MOST_FIRMS
    if not firms or request.args.get("more") or (is_many and request.method == "GET"):
        return _choose(me, firms)
    form = GroupForm()
    if not form.is_submitted():
        form.client_key.data, form.kind.data, form.on.data = new_key(), DEFAULT_KIND, clock.today()
    met = {firm.id: request.form.get(f"met-{firm.id}", "").strip()[:80] for firm in firms}
    if is_many:
        form.refuse(too_many(len(firms)))
    elif form.validate_on_submit():
        words = promised(form.on.data or clock.today())
        with form.showing(RuleBroken):
            author = queries.author_of(me, form.author.data)
            with writing():
                first = _save(form, firms, met, Whose(author, me, words))
                told(say("Saved for %(n)s enterprises", n=len(firms)))
                return go("desk.visit", visit_id=first)
    return _shown(form, firms, met, me)


def _shown(form: GroupForm, firms: Sequence[Enterprise], met: dict[int, str], me: User) -> ResponseReturnValue:
    form.kind.choices, form.policies.choices = kind_choices(clock.today()), queries.policies_to_tell()
    form.author.choices = queries.whose(me)
    shown = met if form.is_submitted() else queries.first_contacts(firms, me)
    asks = bool(form.followup_on.errors) and not any(form.followup_on.raw_data or ())
    return page("desk/visits/group.html", form, firms=firms, met=shown, asks=asks, drafts=bureau("visit_drafts"))


def too_many(count: int) -> Say:
    return say(
        "%(count)s enterprises are chosen, at most %(most)s are saved at once: take %(rest)s away, and save those in a "
        "second record", count=count, most=MOST_FIRMS, rest=count - MOST_FIRMS,
    )  # fmt: skip


def _firms() -> Sequence[Enterprise]:
    """All that are named, also more than can be saved at once; what nobody can have ticked is cut."""
    wanted = list(dict.fromkeys(ids_from(request.args.getlist("enterprise"))))[: 10 * MOST_FIRMS]
    live = (among(Enterprise.id, wanted), Enterprise.standing != Standing.MERGED)
    return db.session.scalars(select(Enterprise).where(*live).order_by(Enterprise.id)).all() if wanted else []


def _choose(me: User, firms: Sequence[Enterprise]) -> ResponseReturnValue:
    typed, taken = request.args.get("q", "").strip(), {firm.id for firm in firms}
    offered = [firm for firm in (queries.found(typed) if typed else queries.mine(me)) if firm.id not in taken]
    refusal = too_many(len(firms)) if len(firms) > MOST_FIRMS else None
    return page(
        "desk/visits/group_choose.html", typed=typed, firms=firms, offered=offered, most=MOST_FIRMS, refusal=refusal
    )


def _save(form: GroupForm, firms: Sequence[Enterprise], met: dict[int, str], whose: Whose) -> int:
    """One row per firm, in id order; a name left empty means that nobody in charge was met. Returns the first row."""
    key, made = form.client_key.data or "", []
    if not 8 <= len(key) <= 24:
        raise RuleBroken(say("This page is damaged: open it again"))
    for firm in firms:
        lock(firm)
    _check_next(form, firms)
    more = services.More(
        author=whose.author, leaders=form.leaders.data or "", companions=form.companions.data or "",
        policies=ticked(form.policies.data or []), group_key=key if len(firms) > 1 else None,
    )  # fmt: skip
    asked = {firm.id for firm in queries.whom_to_ask(firms, whose.typist)}
    for firm in firms:
        values: dict[str, Any] = {"kind": form.kind.data or "", "on": form.on.data, "text": form.text.data or ""}
        visit, is_new = services.record(
            firm, by=whose.typist, met=met[firm.id], is_not_met=not met[firm.id], client_key=f"{key}-{firm.id}"[:40],
            more=replace(more, no_followup=form.no_followup.data and firm.id in asked), **values,
        )  # fmt: skip
        _promise(form, firm, visit, whose)
        made.append((visit.id, firm if is_new else None))
    _ask_about_next(form, [firm.called for _visit, firm in made if firm is not None and firm.id in asked])
    return made[0][0]


def _ask_about_next(form: GroupForm, names: Sequence[str]) -> None:
    """As for a single visit: whoever leaves the next day open is asked once per firm and quarter."""
    if form.followup_on.data or form.no_followup.data or not names:
        return
    why = say("%(names)s: is no follow-up needed? Choose a day, or press “No follow-up, save”", names="、".join(names))
    raise RuleBroken(why, "followup_on")


def _check_next(form: GroupForm, firms: Sequence[Enterprise]) -> None:
    if form.no_followup.data and form.followup_on.data:
        raise RuleBroken(say("A day is chosen, yet “No follow-up” was pressed: clear the day, or save"), "followup_on")
    gone = [firm.called for firm in firms if firm.standing != Standing.ACTIVE]
    if form.followup_on.data and gone:
        why = say(
            "%(names)s: no longer in the zone, nothing can be promised there. Take it away, or leave the day empty",
            names="、".join(gone),
        )
        raise RuleBroken(why, "followup_on")


def _promise(form: GroupForm, firm: Enterprise, visit: Visit, whose: Whose) -> None:
    """The next day is the visitor's, once for each firm however often the form is sent."""
    if form.followup_on.data and ("followup", whose.words) not in carried(visit):
        followups.add(
            firm, owner=whose.author, text=whose.words, due_on=form.followup_on.data, by=whose.typist,
            origin=("visit", visit.id),
        )  # fmt: skip
