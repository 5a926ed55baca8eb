"""The filter bar of the enterprise list. The clauses behind the names are in `enterprises.filters`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, SearchField, StringField

from crm.accounts.models import Unit, UnitKind
from crm.core import clock
from crm.core.filter_fields import Choice
from crm.core.lists import OF_THE_LIST
from crm.core.words import _
from crm.cultivation import rungs
from crm.cultivation.rules.ladder import ladder
from crm.desk.enterprise_choices import MOST_CHOICES, Choices
from crm.enterprises.extras import OF_WORDS, Extra
from crm.tiers import words
from crm.tiers.annual import missing

Pairs = list[tuple[str, str]]
MORE = {"data-more": "1"}


class FilterForm(Form):
    q = SearchField(_l("Search"), render_kw={"placeholder": _l("Name, pinyin, code, contact, phone"), "maxlength": 64})
    commissioner = Choice(_l("Commissioner"))
    territory = Choice(_l("Territory"))
    tier = Choice(_l("Tier"))
    rung = Choice(_l("Rung"), render_kw=MORE)
    figures = Choice(_l("Annual figures"), render_kw=MORE)
    title = Choice(_l("Title"), render_kw=MORE)
    unit = Choice(_l("Responsible unit"), render_kw=MORE)
    section = Choice(_l("Responsible section"), render_kw=MORE)
    leader = Choice(_l("Liaison leader"), render_kw=MORE)
    standing = Choice(_l("Standing"), render_kw=MORE)
    silent = Choice(_l("Not visited for"), render_kw=MORE)
    visited_in = StringField(_l("Visited between"), render_kw={**MORE, "placeholder": "2026-11-01..2026-11-30"})
    not_visited_in = StringField(_l("Not visited between"), render_kw={**MORE, "placeholder": "2026-11-01..2026-11-30"})
    served_unit = Choice(_l("Commissioner's unit"), render_kw=MORE)
    added = Choice(_l("Entered within"), render_kw=MORE)
    provisional = Choice(_l("Credit code"), render_kw=MORE)
    untold = Choice(_l("Not told yet of"), render_kw=MORE)


class TypedNamesForm(FilterForm):
    """Where there are too many officials for a list to choose from."""

    commissioner = StringField(_l("Commissioner"), render_kw={"placeholder": _l("Name, or part of it")})
    leader = StringField(_l("Liaison leader"), render_kw={**MORE, "placeholder": _l("Name, or part of it")})


def filter_form(args: MultiDict[str, str], offered: Choices, *, sees_figures: bool) -> FilterForm:
    """The bar filled with what the URL says. To be read only: equal bars are one object."""
    said = tuple((key, value) for key, value in args.items(multi=True) if value and key not in OF_THE_LIST)
    return _filled(offered, said, sees_figures, (str(get_locale()), clock.today()))


@lru_cache(maxsize=64)
def _filled(offered: Choices, said: Any, sees_figures: bool, _when: Any) -> FilterForm:
    """Hundreds of choices in a dozen selects: filled once for each language, day, set of choices and filters."""
    units, serving = offered.units, _named(offered.people)
    form: FilterForm = _with_extras(TypedNamesForm if serving is None else FilterForm, offered.extras)(MultiDict(said))
    if serving is not None:
        form.commissioner.choices = [("", _("All")), ("me", _("Myself")), ("none", _("Nobody yet")), *serving[0]]
        form.leader.choices = [("", _("All")), ("me", _("Myself")), ("none", _("Nobody yet")), *serving[1]]
    form.territory.choices = [("", _("All")), ("none", _("None")), *_of_kind(units, UnitKind.TERRITORY)]
    form.unit.choices = [("", _("All")), *_of_kind(units, UnitKind.ROOT, UnitKind.BUREAU, UnitKind.SECTION)]
    form.section.choices = [("", _("All")), ("none", _("None")), *_of_kind(units, UnitKind.SECTION, UnitKind.BUREAU)]
    form.served_unit.choices = [("", _("All")), *((str(unit_id), name) for unit_id, name, _kind in units)]
    form.tier.choices = [("", _("All")), ("none", _("None")), *words.tier_choices()]
    form.title.choices = [("", _("All")), ("none", _("None")), *words.title_choices()]
    for extra in offered.extras:
        if extra.kind == "choice":
            form[extra.key].choices = [("", _("All")), *((choice, choice) for choice in extra.choices)]
    form.untold.choices = [("", _("All")), *((str(policy_id), title) for policy_id, title in offered.policies)]
    _fixed_choices(form)
    if not sees_figures:
        del form.figures
    return form


def _fixed_choices(form: FilterForm) -> None:
    form.standing.choices = [
        ("", _("In the zone")),
        ("moved_out", _("Moved out")),
        ("deregistered", _("Deregistered")),
        ("all", _("All")),
    ]
    form.figures.choices = missing.choices()
    form.rung.choices = [
        ("", _("All")),
        (rungs.ANY, _("On the ladder")),
        *((each.code, str(each)) for each in ladder().rungs),
    ]
    form.silent.choices = [("", _("All")), *((str(n), _("%(n)s days", n=n)) for n in (30, 60, 90, 180))]
    form.added.choices = [("", _("All")), *((str(n), _("within %(n)s days", n=n)) for n in (7, 30, 90))]
    form.provisional.choices = [("", _("All")), ("yes", _("Code missing")), ("no", _("With code"))]


def _named(people: Sequence[Any]) -> tuple[Pairs, Pairs] | None:
    """Commissioners and liaison leaders of today by pinyin; None when they are too many to choose from."""
    if len(people) > MOST_CHOICES:
        return None
    names = Counter(name for _id, name, *_more in people)
    labelled = [
        ((str(user_id), f"{name}（{unit}）" if names[name] > 1 else name), serves, leads)
        for user_id, name, unit, serves, leads in people
    ]
    return [pair for pair, serves, _leads in labelled if serves], [pair for pair, _serves, leads in labelled if leads]


UNITS = select(Unit.id, Unit.name, Unit.kind).where(Unit.closed_on.is_(None)).order_by(Unit.sort, Unit.path).limit(2000)


def _of_kind(units: Sequence[Any], *kinds: UnitKind) -> list[tuple[str, str]]:
    return [(str(unit_id), name) for unit_id, name, kind in units if kind in kinds]


@lru_cache(maxsize=64)
def _with_extras(base: type[FilterForm], extras: tuple[Extra, ...]) -> type[FilterForm]:
    fields: dict[str, Any] = {}
    for extra in extras:
        fields.update(_extra_fields(extra))
    return type("Filters", (base,), fields)


def _extra_fields(extra: Extra) -> dict[str, Any]:
    if extra.kind == "choice":
        return {extra.key: Choice(extra.label, render_kw=MORE)}
    if extra.kind in OF_WORDS:
        return {extra.key: StringField(extra.label, render_kw=MORE)}
    field = DateField if extra.kind == "date" else StringField
    more = {**MORE, "inputmode": "decimal"} if extra.kind == "number" else MORE
    return {
        f"{extra.key}_from": field(_l("%(label)s from", label=extra.label), render_kw=more),
        f"{extra.key}_to": field(_l("%(label)s to", label=extra.label), render_kw=more),
    }
