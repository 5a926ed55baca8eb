"""The filter bar of the visit list. The clauses behind the names are in `visits.filters`."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, SearchField, StringField

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.db import read
from crm.core.filter_fields import Choice
from crm.core.lists import OF_THE_LIST
from crm.core.typed import id_from
from crm.core.words import _
from crm.desk.enterprise_choices import MOST_CHOICES
from crm.desk.enterprise_filters import UNITS
from crm.enterprises.models import Enterprise
from crm.permissions import Permission
from crm.visits.words import kind_choices

MORE = {"data-more": "1"}
PEOPLE = (
    select(User.id, User.name, Unit.name.label("unit"))
    .join(Unit, Unit.id == User.unit_id)
    .where(User.active.is_(True))
    .order_by(User.name_pinyin, User.id)
    .limit(MOST_CHOICES + 1)
)


class VisitFilters(Form):
    q = SearchField(_l("Search"), render_kw={"placeholder": _l("Enterprise, person met, words"), "maxlength": 64})
    author = Choice(_l("Visitor"))
    kind = Choice(_l("How"))
    # "from" is a word of the language: the two days are added below
    unit = Choice(_l("Visitor's unit"), render_kw=MORE)
    companion = Choice(_l("Led or came along"), render_kw=MORE)
    companion_unit = Choice(_l("Unit of who came along"), render_kw=MORE)
    counts = Choice(_l("Counts as a visit"), render_kw=MORE)
    state = Choice(_l("Records"), render_kw=MORE)
    typed = Choice(_l("Typed for others"), render_kw=MORE)
    once = Choice(_l("Lines"), render_kw=MORE)
    enterprise = Choice(_l("Enterprise"), render_kw=MORE)


for _name, _label in (("from", _l("From")), ("to", _l("To"))):
    setattr(VisitFilters, _name, DateField(_label))


class TypedNames(VisitFilters):
    """Where there are too many officials for a list to choose from, or their names are not one's business."""

    author = StringField(_l("Visitor"), render_kw={"placeholder": _l("Name, or part of it")})
    companion = StringField(_l("Led or came along"), render_kw={**MORE, "placeholder": _l("Name, or part of it")})


def filter_form(args: MultiDict[str, str], me: User) -> VisitFilters:
    """The bar filled with what the URL says; at most three statements. To be read only: equal bars are one object."""
    people = tuple(map(tuple, read(PEOPLE).all())) if me.may(Permission.PEOPLE_VIEW) else ()
    units = tuple((row.id, row.name) for row in read(UNITS).all())
    said = tuple((key, value) for key, value in args.items(multi=True) if value and key not in OF_THE_LIST)
    firm = _firm(args.get("enterprise"))
    return _filled(people, units, firm, said, (str(get_locale()), clock.today()))


def _firm(text: str | None) -> tuple[str, str] | None:
    if (firm_id := id_from(text)) is None:
        return None
    name = read(select(Enterprise.name).where(Enterprise.id == firm_id)).scalar()
    return (str(firm_id), str(name)) if name else None


@lru_cache(maxsize=64)
def _filled(people: Any, units: Any, firm: tuple[str, str] | None, said: Any, _when: Any) -> VisitFilters:
    form = (VisitFilters if 0 < len(people) <= MOST_CHOICES else TypedNames)(MultiDict(said))
    names = Counter(name for _id, name, _unit in people)
    labelled = [(str(i), f"{name}（{unit}）" if names[name] > 1 else name) for i, name, unit in people]
    form.author.choices = [("", _("All")), ("me", _("Myself")), *labelled]
    form.kind.choices = [("", _("All")), *kind_choices(clock.today())]
    form.companion.choices = [("", _("All")), ("me", _("Myself")), ("any", _("Somebody")), *labelled]
    form.unit.choices = [("", _("All")), *((str(unit_id), name) for unit_id, name in units)]
    form.companion_unit.choices = form.unit.choices
    form.counts.choices = [("", _("All")), ("yes", _("Yes")), ("no", _("No, contact only"))]
    form.state.choices = [
        ("", _("Took place")), ("planned", _("Planned")), ("voided", _("Voided")), ("all", _("All")),
    ]  # fmt: skip
    form.typed.choices = [
        ("", _("All")), ("by_me", _("Typed by me")), ("for_me", _("Typed for me")), ("yes", _("Typed by anybody")),
    ]  # fmt: skip
    form.once.choices = [("", _("Every visit")), ("1", _("One line per enterprise"))]
    form.enterprise.choices = [("", _("All")), *([firm] if firm else [])]
    return form
