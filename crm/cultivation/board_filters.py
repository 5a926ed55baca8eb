"""The filters of board and table as WHERE clauses, by the names they have in the URL, and the bar that offers them.

The statement names Track; `TrackOutlook` is joined from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, false, or_, select
from werkzeug.datastructures import MultiDict
from wtforms import Form, SearchField, StringField

from crm.accounts.models import Unit, UnitKind, User
from crm.core import clock
from crm.core.db import read
from crm.core.filter_fields import Choice
from crm.core.words import _
from crm.cultivation import terms
from crm.cultivation.models import Track
from crm.cultivation.plan_models import TrackOutlook
from crm.cultivation.queries import seen_by
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import CLASSES, MOVES
from crm.cultivation.step_days import stalled
from crm.enterprises.filters import CLAUSES as OF_ENTERPRISES
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE, of_visible
from crm.permissions import Permission
from crm.tiers.annual import missing

Clause = Callable[[User, str], ColumnElement[bool]]
LONGEST = 80
MORE = {"data-more": "1"}
SHARED = ("unit", "territory", "commissioner", "leader", "figures")
"""Filters of the enterprise list that mean the same here."""
NONE = "none"
OPEN = and_(Track.is_open)
GONE = Track.enterprise_id.not_in(select(Enterprise.id).where(~IN_ZONE))


class FilterForm(Form):
    q = SearchField(
        _l("Search"), render_kw={"placeholder": _l("Name of the enterprise, what blocks it"), "maxlength": 64}
    )
    commissioner = StringField(_l("Commissioner"), render_kw={"placeholder": _l("Name, or part of it")})
    goal = Choice(_l("Class"))
    move = Choice(_l("Whose move it is"))
    pace = Choice(_l("Pace"))
    review = Choice(_l("Review"))
    term = Choice(_l("Terms"))
    unit = Choice(_l("Responsible unit"), render_kw=MORE)
    territory = Choice(_l("Territory"), render_kw=MORE)
    leader = StringField(_l("Liaison leader"), render_kw={**MORE, "placeholder": _l("Name, or part of it")})
    figures = Choice(_l("Annual figures"), render_kw=MORE)
    kind = Choice(_l("Track"), render_kw=MORE)
    state = Choice(_l("Step"), render_kw=MORE)


def filter_form(args: MultiDict[str, str], me: User, kind: str = "") -> FilterForm:
    form, every = FilterForm(args), ("", _("All"))
    units = read(
        select(Unit.id, Unit.name, Unit.kind).where(Unit.closed_on.is_(None)).order_by(Unit.sort, Unit.path)
    ).all()
    form.unit.choices = [every, *((str(u.id), u.name) for u in units if u.kind != UnitKind.TERRITORY)]
    form.territory.choices = [every, *((str(u.id), u.name) for u in units if u.kind == UnitKind.TERRITORY)]
    form.goal.choices = [every, *((key, str(word)) for key, word in CLASSES.items()), (NONE, _("Not said"))]
    form.move.choices = [every, *((key, str(word)) for key, word in MOVES.items()), (NONE, _("Nothing blocks it"))]
    form.pace.choices = [every, ("stalled", _("Stalled")), ("late", _("Expected day gone by"))]
    form.review.choices = [every, ("due", _("Not reviewed this month")), ("done", _("Reviewed this month"))]
    form.term.choices = [every, ("near", _("Legal deadline near")), ("papers", _("Papers run out"))]
    kinds = [each for each in ladder().kinds.values() if not kind or each.code == kind]
    kinds = [each for each in kinds if not each.is_confidential or me.may(Permission.TRACK_RESTRICTED)]
    form.kind.choices = [every, *((each.code, str(each)) for each in kinds)]
    steps = ((each, state) for each in kinds for state in each.states.values() if not state.is_end)
    form.state.choices = [every, *((state.code, f"{each}：{state}") for each, state in steps)]
    form.figures.choices = missing.choices()
    if not me.may(Permission.FIGURES_VIEW):
        del form.figures
    if kind:
        del form.kind
    return form


def where(user: User, args: MultiDict[str, str], permission: Permission | None = None) -> list[ColumnElement[bool]]:
    """Open tracks of enterprises in the zone that this user may see, as far as the URL asks for them. Those who left
    are few: the database looks them up once."""
    clauses: list[ColumnElement[bool]] = [OPEN, GONE, seen_by(user)]
    if permission is not None:
        clauses.append(of_visible(Track, user, permission))
    for key, value in args.items(multi=True):
        text = value.strip()[:LONGEST]
        if text and key in CLAUSES:
            clauses.append(CLAUSES[key](user, text))
    return clauses


def of_firms(user: User, args: MultiDict[str, str]) -> list[ColumnElement[bool]] | None:
    """What the URL asks of enterprises alone; None when it asks of tracks, which no firm without one meets."""
    clauses: list[ColumnElement[bool]] = []
    for key, value in args.items(multi=True):
        text = value.strip()[:LONGEST]
        if text and key in SHARED:
            clauses.append(OF_ENTERPRISES[key](user, text))
        elif text and key == "q":
            clauses.append(_named(text))
        elif text and key in CLAUSES:
            return None
    return clauses


CARRIED = frozenset({"q", "goal", "move", "pace", "review", "term", *SHARED})
"""Filters that mean the same on every board and in the table."""


def _goal(_user: User, text: str) -> ColumnElement[bool]:
    said = TrackOutlook.goal_class
    return or_(said.is_(None), said == "") if text == NONE else said == text


def _move(_user: User, text: str) -> ColumnElement[bool]:
    said = TrackOutlook.blocked_by
    return or_(said.is_(None), said == "") if text == NONE else said == text


def _pace(_user: User, text: str) -> ColumnElement[bool]:
    if text == "late":
        return or_(TrackOutlook.next_on < clock.today(), TrackOutlook.goal_on < clock.today())
    return stalled() if text == "stalled" else false()


def _review(_user: User, text: str) -> ColumnElement[bool]:
    """本月未审阅: not since the first of this month."""
    begin, last = clock.today().replace(day=1), TrackOutlook.reviewed_on
    known = {"due": or_(last.is_(None), last < begin), "done": last >= begin}
    return known.get(text, false())


def _searched(_user: User, text: str) -> ColumnElement[bool]:
    return or_(_of(_named(text)), TrackOutlook.blocker.contains(text, autoescape=True))


def _named(text: str) -> ColumnElement[bool]:
    columns: tuple[Any, ...] = (Enterprise.name, Enterprise.short_name)
    return or_(*(column.contains(text, autoescape=True) for column in columns))


def _of(firms: ColumnElement[bool]) -> ColumnElement[bool]:
    return Track.enterprise_id.in_(select(Enterprise.id).where(firms))


def _shared(name: str) -> Clause:
    return lambda user, text: _of(OF_ENTERPRISES[name](user, text))


CLAUSES: dict[str, Clause] = {
    **{name: _shared(name) for name in SHARED},
    "goal": _goal,
    "move": _move,
    "pace": _pace,
    "review": _review,
    "term": lambda _user, text: terms.filtered(text),
    "kind": lambda _user, text: Track.kind == text,
    "state": lambda _user, text: Track.state == text,
    "q": _searched,
}
