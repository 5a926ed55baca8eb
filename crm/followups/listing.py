"""The list of follow-ups: columns, filters, tabs, what can be done with the ticked rows."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, SearchField, StringField

from crm.accounts import tabs_of_lists
from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.db import db
from crm.core.filter_fields import Choice
from crm.core.lists import Act, Badge, Column, Empty, Listing, Person, View
from crm.core.shown import day
from crm.core.typed import id_from
from crm.core.words import Say, _, say
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import visible_to as visible_firms
from crm.followups import filters, words
from crm.followups.chase_models import Chase
from crm.followups.models import Followup, FollowupState
from crm.followups.queries import OVERSEES
from crm.permissions import Permission
from crm.workdays.queries import is_estimated
from crm.workdays.words import WHY_ESTIMATED, late_by

MORE = {"data-more": "1"}
SOON = 3


class FilterForm(Form):
    q = SearchField(_l("Search"), render_kw={"placeholder": _l("Words of the follow-up, or the enterprise")})
    when = Choice(_l("Day"))
    person = StringField(_l("Owner"), render_kw={"placeholder": _l("Name, or part of it")})
    unit = Choice(_l("Unit of the owner"))
    state = Choice(_l("State"), render_kw=MORE)
    kind = Choice(_l("Kind"), render_kw=MORE)
    since = DateField(_l("Due from"), name="from", render_kw=MORE)
    until = DateField(_l("Due until"), name="to", render_kw=MORE)
    enterprise = Choice(_l("Enterprise"), render_kw=MORE)


def listing(me: User, args: MultiDict[str, str]) -> Listing:
    made = Listing(
        "followups", say("Follow-ups"), _columns(), args=args, path=url_for("followups.followups"), sort="due",
        tie=Followup.id, filters=filter_form(me, args),
        href=lambda row: url_for("followups.followup", followup_id=row.id),
        mark=lambda row: "" if row.state == FollowupState.OPEN else "muted",
    )  # fmt: skip
    made.take(rows().where(*filters.where(me, args)))
    made.views = _views(me, made)
    made.save_view_url = url_for("desk.save_view", listing="followups", query=made.query())
    made.bulk, made.exports, made.empty = _bulk(me), _exports(me, made), _empty(me, args)
    return made


def filter_form(me: User, args: MultiDict[str, str]) -> FilterForm:
    """`of` is no field: the tabs show it, and the bar carries it along."""
    form = FilterForm(args)
    every = ("", _("All"))
    form.when.choices = [every, *((key, str(word)) for key, word in words.WHEN.items())]
    form.kind.choices = [every, *((key, str(word)) for key, word in words.KIND.items())]
    states = [(key.value, str(word)) for key, word in words.STATE.items() if key != FollowupState.OPEN]
    form.state.choices = [("", str(words.STATE[FollowupState.OPEN])), *states, ("all", _("All"))]
    units = db.session.execute(select(Unit.id, Unit.name).where(Unit.closed_on.is_(None)).order_by(Unit.path))
    form.unit.choices = [every, *((str(unit_id), name) for unit_id, name in units)]
    form.enterprise.choices = [every, *_firm(me, args.get("enterprise"))]
    return form


def _firm(me: User, asked: str | None) -> list[tuple[str, str]]:
    """The one firm that the address asks for, as far as one may see it."""
    if (firm_id := id_from(asked)) is None:
        return []
    named = db.session.scalar(visible_firms(me).with_only_columns(Enterprise.name).where(Enterprise.id == firm_id))
    return [(str(firm_id), named or "--")]


@cache
def rows() -> Select[*tuple[Any, ...]]:
    """What list and export show of a follow-up; one statement."""
    asked = (Chase.subject_kind == "followup") & (Chase.subject_id == Followup.id)
    chased_on = select(func.max(Chase.day)).where(asked).correlate(Followup).scalar_subquery()
    f = Followup
    shown = (
        f.id, f.text, f.due_on, f.state, f.kind, f.owner_id, f.postponed, f.closed_at, f.result, f.enterprise_id,
        User.name.label("owner"), Unit.name.label("owner_unit"), Enterprise.name.label("firm"),
        Enterprise.short_name, chased_on.label("chased_on"),
    )  # fmt: skip
    query = select(*shown).join(Enterprise, Enterprise.id == f.enterprise_id)
    return query.outerjoin(User, User.id == f.owner_id).outerjoin(Unit, Unit.id == User.unit_id)


def _columns() -> list[Column]:
    return [
        Column("text", say("Follow-up"), "link", width="wide", value=lambda r: _short(r.text)),
        Column("firm", say("Enterprise"), order=(Enterprise.sort_key,), phone=True,
               value=lambda r: r.short_name or r.firm),
        Column("due", say("Day"), "day", value=_due, order=(Followup.due_on,), phone=True),
        Column("owner", say("Owner"), "person", order=(User.name_pinyin,), nulls="first", phone=True,
               value=lambda r: Person(r.owner, r.owner_unit) if r.owner else Badge("risk", say("Nobody"))),
        Column("kind", say("Kind"), value=lambda r: words.KIND[r.kind], order=(Followup.kind,), optional=True),
        Column("state", say("State"), "badge", value=_state, order=(Followup.state,), optional=True),
        Column("postponed", say("Put off"), "number", value=lambda r: r.postponed or None,
               order=(Followup.postponed,),
               optional=True),
        Column("chased", say("Last asked to move on"), "day", value=lambda r: r.chased_on),
        Column("closed", say("Closed at"), "instant", value=lambda r: r.closed_at, order=(Followup.closed_at,),
               nulls="last", optional=True),
    ]  # fmt: skip


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def _due(row: Any) -> Any:
    """Overdue, today, soon, or the day; a day of a year without its notice says so."""
    due: date = row.due_on
    left = (due - clock.today()).days
    if row.state == FollowupState.OPEN and left <= SOON and not (left > 0 and is_estimated(due)):
        if left < 0:
            return Badge("overdue", late_by(-left), day(due))
        return Badge("soon", day(due)) if left else Badge("today", say("Today"), day(due))
    return estimated_badge(due) if is_estimated(due) else due


def estimated_badge(due: date) -> Badge:
    return Badge("estimated", say("%(day)s est.", day=day(due)), WHY_ESTIMATED)


def _state(row: Any) -> Badge:
    kinds = {FollowupState.OPEN: "accent", FollowupState.DONE: "done", FollowupState.CANCELLED: "neutral"}
    return Badge(kinds[row.state], words.STATE[row.state])


def _views(me: User, made: Listing) -> list[View]:
    tabs = [(_("Mine"), "person=me"), (_("Everything I may see"), "")]
    if me.may(OVERSEES):
        tabs += [(_("My unit"), "of=unit"), (_("Overdue in my unit"), "of=unit&when=overdue"),
                 (_("Nobody's"), "of=unit&person=none")]  # fmt: skip
    tabs.append((_("Done by me or for my enterprises"), "state=done"))
    return tabs_of_lists.views(made, me, tabs)


def _bulk(me: User) -> list[Act]:
    acts = [Act(_("Done or later"), url_for("followups.settle"), "check")]
    if me.may(Permission.ASSIGN_FIRST):
        acts += [Act(_("Ask to move on"), url_for("followups.chase"), "send"),
                 Act(_("List for the group"), url_for("followups.names"), "copy")]  # fmt: skip
    if me.may(Permission.EXPORT):
        acts.append(Act(_("Export"), url_for("followups.export"), "download"))
    return acts


def _exports(me: User, made: Listing) -> list[tuple[Say | str, str]]:
    if not me.may(Permission.EXPORT):
        return []
    asked = made.url(size=None, columns=None).partition("?")[2]
    more = f"&{asked}" if asked else ""
    return [
        (label, url_for("followups.export", format=kind) + more) for label, kind in (("Excel", "xlsx"), ("CSV", "csv"))
    ]


def _empty(me: User, args: MultiDict[str, str]) -> Empty:
    """All done, or nothing yet."""
    has_any = db.session.scalar(select(Followup.id).where(filters.visible_to(me)).limit(1)) is not None
    if has_any and not args.get("state"):
        return Empty(_("Nothing is open"), _("Everything promised is done."), done=True)
    may_add = me.may(Permission.ENTERPRISE_EDIT)
    new = Act(_("New follow-up"), url_for("desk.new_followup"), "plus", primary=True) if may_add else None
    return Empty(
        _("No follow-ups yet"), _("They come from visits: choose a day under “Follow up on” when you log one."), new
    )
