"""The filter bar of the enterprise list. The clauses behind the names are in `enterprises.filters`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, bindparam, select
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, SearchField, StringField

from crm.accounts.models import Unit, UnitKind, User
from crm.core.db import db
from crm.core.filter_fields import Choice
from crm.core.words import say
from crm.enterprises.extras import Extra
from crm.enterprises.serving_models import Assignment, Liaison
from crm.tiers import words

Pairs = list[tuple[str, str]]
MORE = {"data-more": "1"}
MOST_CHOICES = 300
"""More people or units than this are typed, not chosen."""


def _(words: str, **params: object) -> str:
    return str(say(words, **params))


class FilterForm(Form):
    q = SearchField(_l("Search"), render_kw={"placeholder": _l("Name, pinyin, code, contact, phone"), "maxlength": 64})
    commissioner = Choice(_l("Commissioner"))
    territory = Choice(_l("Territory"))
    tier = Choice(_l("Tier"))
    title = Choice(_l("Title"), render_kw=MORE)
    unit = Choice(_l("Responsible unit"), render_kw=MORE)
    section = Choice(_l("Responsible section"), render_kw=MORE)
    leader = Choice(_l("Liaison leader"), render_kw=MORE)
    standing = Choice(_l("Standing"), render_kw=MORE)
    silent = Choice(_l("Not visited for"), render_kw=MORE)
    provisional = Choice(_l("Credit code"), render_kw=MORE)


class TypedNamesForm(FilterForm):
    """Where there are too many officials for a list to choose from."""

    commissioner = StringField(_l("Commissioner"), render_kw={"placeholder": _l("Name, or part of it")})
    leader = StringField(_l("Liaison leader"), render_kw={**MORE, "placeholder": _l("Name, or part of it")})


def filter_form(args: MultiDict[str, str], extras: Sequence[Extra]) -> FilterForm:
    """The bar filled with what the URL says; four queries at most."""
    people, units = _people(), db.session.execute(UNITS).all()
    kind = TypedNamesForm if people is None else FilterForm
    form: FilterForm = _with_extras(kind, tuple(extras))(args)
    if people is not None:
        form.commissioner.choices = [("", _("All")), ("me", _("Myself")), ("none", _("Nobody yet")), *people[0]]
        form.leader.choices = [("", _("All")), ("me", _("Myself")), ("none", _("Nobody yet")), *people[1]]
    form.territory.choices = [("", _("All")), ("none", _("None")), *_of_kind(units, UnitKind.TERRITORY)]
    form.unit.choices = [("", _("All")), *_of_kind(units, UnitKind.ROOT, UnitKind.BUREAU, UnitKind.SECTION)]
    form.section.choices = [("", _("All")), ("none", _("None")), *_of_kind(units, UnitKind.SECTION, UnitKind.BUREAU)]
    form.tier.choices = [("", _("All")), ("none", _("None")), *words.tier_choices()]
    form.title.choices = [("", _("All")), ("none", _("None")), *words.title_choices()]
    for extra in extras:
        if extra.kind == "choice":
            form[extra.key].choices = [("", _("All")), *((choice, choice) for choice in extra.choices)]
    _fixed_choices(form)
    return form


def _fixed_choices(form: FilterForm) -> None:
    form.standing.choices = [
        ("", _("In the zone")),
        ("moved_out", _("Moved out")),
        ("deregistered", _("Deregistered")),
        ("all", _("All")),
    ]
    form.silent.choices = [("", _("All")), *((str(n), _("%(n)s days", n=n)) for n in (30, 60, 90, 180))]
    form.provisional.choices = [("", _("All")), ("yes", _("Code missing")), ("no", _("With code"))]


@cache
def _people_query() -> Select[int, str, str, bool, bool]:
    """Built once: officials who serve or lead today, by pinyin."""
    serves = select(Assignment.id).where(Assignment.commissioner_id == User.id, Assignment.ended_on.is_(None)).exists()
    leads = select(Liaison.id).where(Liaison.leader_id == User.id, Liaison.until_on.is_(None)).exists()
    query = select(User.id, User.name, Unit.name.label("unit"), serves.label("serves"), leads.label("leads"))
    query = query.join(Unit, Unit.id == User.unit_id).where(serves | leads).order_by(User.name_pinyin, User.id)
    return query.limit(bindparam("most"))


def _people() -> tuple[Pairs, Pairs] | None:
    """Commissioners and liaison leaders of today by pinyin; None when they are too many to choose from."""
    rows = db.session.execute(_people_query(), {"most": MOST_CHOICES + 1}).all()
    if len(rows) > MOST_CHOICES:
        return None
    names = Counter(row.name for row in rows)
    labelled = [(r, f"{r.name}（{r.unit}）" if names[r.name] > 1 else r.name) for r in rows]
    return [(str(r.id), n) for r, n in labelled if r.serves], [(str(r.id), n) for r, n in labelled if r.leads]


UNITS = select(Unit.id, Unit.name, Unit.kind).where(Unit.closed_on.is_(None)).order_by(Unit.sort, Unit.path).limit(2000)


def _of_kind(units: Sequence[Any], *kinds: UnitKind) -> list[tuple[str, str]]:
    return [(str(unit.id), unit.name) for unit in units if unit.kind in kinds]


@lru_cache(maxsize=64)
def _with_extras(base: type[FilterForm], extras: tuple[Extra, ...]) -> type[FilterForm]:
    fields: dict[str, Any] = {}
    for extra in extras:
        fields.update(_extra_fields(extra))
    return type("Filters", (base,), fields)


def _extra_fields(extra: Extra) -> dict[str, Any]:
    if extra.kind == "choice":
        return {extra.key: Choice(extra.label, render_kw=MORE)}
    if extra.kind == "text":
        return {extra.key: StringField(extra.label, render_kw=MORE)}
    field = DateField if extra.kind == "date" else StringField
    more = {**MORE, "inputmode": "decimal"} if extra.kind == "number" else MORE
    return {
        f"{extra.key}_from": field(_l("%(label)s from", label=extra.label), render_kw=more),
        f"{extra.key}_to": field(_l("%(label)s to", label=extra.label), render_kw=more),
    }
