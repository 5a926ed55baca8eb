"""The members of a yearly list as the one list: columns, filters, what can be done with the ticked rows."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from werkzeug.datastructures import MultiDict
from wtforms import Form, SearchField

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.filter_fields import Choice
from crm.core.lists import Act, Column, Empty, Listing
from crm.core.words import Say, _, say
from crm.cultivation import list_queries
from crm.cultivation.words import list_reason
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises import search
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.permissions import Permission

STATES = {"": say("On the list"), "left": say("Has left"), "all": say("All")}


class FilterForm(Form):
    q = SearchField(_l("Search"), render_kw={"placeholder": _l("Name, pinyin, code, contact, phone"), "maxlength": 64})
    state = Choice(_l("State"))


def listing(me: User, found: YearlyList, args: MultiDict[str, str]) -> Listing:
    form = FilterForm(args)
    form.state.choices = [(key, str(word)) for key, word in STATES.items()]
    made = Listing(
        "members", found.name, _columns(), args=args, path=url_for("cultivation.yearly_list", list_id=found.id),
        sort="name", tie=ListMember.id, filters=form,
        href=lambda row: url_for("desk.enterprise", enterprise_id=row.enterprise_id),
        mark=lambda row: "muted" if row.until_on else "",
    )  # fmt: skip
    made.take(chosen(me, found, args))
    may_edit = me.may(Permission.LISTS_EDIT)
    if may_edit:
        made.bulk = [Act(_("Strike off"), url_for("cultivation.strike_list", list_id=found.id), "x")]
    if me.may(Permission.EXPORT):
        made.exports = _exports(made, found)
    put = Act(_("Put enterprises on it"), url_for("cultivation.enter_list", list=found.id), "plus", primary=True)
    made.empty = Empty(_("Nobody is on this list"), _("Firms come on it one by one, or many at once."),
                       put if may_edit else None)  # fmt: skip
    return made


def in_part(me: User, found: YearlyList) -> str:
    """Says that more stand on the list than this person may see; of a confidential one not how many."""
    if not (hidden := list_queries.out_of_sight(found, me)):
        return ""
    if found.kind in list_queries.confidential():
        return str(say("More enterprises are on this list than you may see."))
    return str(say("%(n)s more enterprises on this list are outside what you may see.", n=hidden))


def chosen(me: User, found: YearlyList, args: MultiDict[str, str]) -> Select[*tuple[Any, ...]]:
    """The members this person may see, as the address filters them."""
    text = args.get("q", "").strip()[:64]
    of_text = search.matching(text, me) if text else true()
    return _rows().where(ListMember.list_id == found.id, list_queries.members_seen_by(me), of_text, _state(args))


def _state(args: MultiDict[str, str]) -> ColumnElement[bool]:
    today = clock.today()
    match args.get("state", ""):
        case "all":
            return true()
        case "left":
            return ListMember.until_on <= today
        case _:
            return or_(ListMember.until_on.is_(None), ListMember.until_on > today)


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    m, e, place = ListMember, Enterprise, Unit
    shown = (
        m.id, m.enterprise_id, m.from_on, m.until_on, m.entry_reason, m.exit_reason, e.name, e.credit_code, e.industry,
        place.name.label("place"), User.name.label("serving"),
    )  # fmt: skip
    is_open = and_(Assignment.enterprise_id == e.id, Assignment.ended_on.is_(None))
    query = select(*shown).join(YearlyList, YearlyList.id == m.list_id).join(e, e.id == m.enterprise_id)
    query = query.outerjoin(place, place.id == e.territory_id).outerjoin(Assignment, is_open)
    return query.outerjoin(User, User.id == Assignment.commissioner_id)


def _columns() -> list[Column]:
    return [
        Column("name", say("Enterprise"), "link", order=(Enterprise.sort_key,), width="wide"),
        Column("credit_code", say("Credit code"), "code", order=(Enterprise.credit_code,), nulls="first",
               optional=True),
        Column("industry", say("Industry"), optional=True),
        Column("place", say("Territory"), order=(Unit.name,), nulls="first", phone=True),
        Column("serving", say("Commissioner"), order=(User.name_pinyin,), nulls="first", phone=True),
        Column("from_on", say("On the list from"), "day", order=(ListMember.from_on,), phone=True),
        Column("entry_reason", say("Reason for entry"), width="wide", value=lambda r: list_reason(r.entry_reason)),
        Column("until_on", say("Left on"), "day", order=(ListMember.until_on,), nulls="last"),
        Column("exit_reason", say("Reason for leaving"), width="wide", value=lambda r: list_reason(r.exit_reason)),
    ]  # fmt: skip


def _exports(made: Listing, found: YearlyList) -> list[tuple[Say | str, str]]:
    asked = made.url(size=None).partition("?")[2]
    return [("Excel", url_for("cultivation.export_list", list_id=found.id) + (f"?{asked}" if asked else ""))]
