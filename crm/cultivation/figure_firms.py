"""The firms behind one number of the figures: a stock of a day, or those that came or went in a period."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from flask import abort, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, func, select, true
from werkzeug.datastructures import MultiDict
from wtforms import Form, SearchField

from crm.accounts.models import Unit, User
from crm.core.among import among
from crm.core.db import read
from crm.core.lists import Column, Empty, Listing
from crm.core.shown import day
from crm.core.typed import id_from
from crm.core.words import _, say
from crm.cultivation import figures, list_queries
from crm.cultivation.figures import IN_FIGURE, holds, in_zone
from crm.cultivation.models import TrackSpan
from crm.cultivation.overview import list_moves, seen_members
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.yearly import list_kinds
from crm.cultivation.words import board_word
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises import search
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import visible_to
from crm.enterprises.serving_models import Assignment
from crm.permissions import Permission

WHAT = {
    "stock": say("%(figure)s at the end of %(on)s"),
    "opening": say("%(figure)s at the end of %(since)s"),
    "new": say("%(figure)s: new after %(since)s until %(on)s"),
    "moved_in": say("%(figure)s: moved in after %(since)s until %(on)s"),
    "exits": say("%(figure)s: exits after %(since)s until %(on)s"),
    "moved_out": say("%(figure)s: moved out after %(since)s until %(on)s"),
}


class FilterForm(Form):
    q = SearchField(_l("Search"), render_kw={"placeholder": _l("Name, pinyin, code, contact, phone"), "maxlength": 64})


def listing(me: User, args: MultiDict[str, str], since: date, on: date) -> tuple[Listing, str, int]:
    """The firms this person may see, the title, and how many the number counts in all."""
    code, what = args.get("figure", ""), args.get("what", "stock")
    label = label_of(code, me)
    if label is None or what not in WHAT:
        abort(404)
    ids = _ids(me, code, what, since, on)
    clauses = [Enterprise.id.in_(ids), *_narrowed(args, on if what == "stock" else since)]
    total = int(read(select(func.count()).select_from(Enterprise).where(*clauses)).scalar_one())
    made = Listing(
        "figure", label, _columns(), args=args, sort="name", tie=Enterprise.id, filters=FilterForm(args),
        href=lambda row: url_for("desk.enterprise", enterprise_id=row.id, tab="tracks"),
    )  # fmt: skip
    made.clear_url = made.url(q=None)
    text = args.get("q", "").strip()[:64]
    seen = _rows(me).where(*clauses, search.matching(text, me) if text else true())
    made.take(seen)
    made.empty = Empty(_("No enterprise that you may see"))
    told = str(WHAT[what]) % {"figure": label, "since": day(since), "on": day(on)}
    board = board_word(args["board"]) if args.get("board") else ""
    return made, f"{told} · {board}" if board else told, total


def of_ids(me: User, label: str, ids: Collection[int]) -> tuple[Listing, int]:
    """The list of firms known by their ids, and how many of them this person does not see."""
    args = request.args
    made = Listing(
        "figure", label, _columns(), sort="name", tie=Enterprise.id, filters=FilterForm(args),
        href=lambda row: url_for("desk.enterprise", enterprise_id=row.id, tab="tracks"),
    )  # fmt: skip
    made.clear_url = made.url(q=None)
    text = args.get("q", "").strip()[:64]
    of_text = search.matching(text, me) if text else true()
    made.take(_rows(me).where(among(Enterprise.id, sorted(ids)), of_text))
    made.empty = Empty(_("No enterprise that you may see"))
    return made, 0 if text else len(ids) - made.total


def label_of(code: str, me: User) -> str | None:
    """A head figure or a kind of list by its code; None for what this person may not open."""
    figure = next((each for each in ladder().figures if each.code == code), None)
    kind = list_kinds().get(code)
    if kind is not None and kind.is_confidential and not me.may(Permission.TRACK_RESTRICTED):
        return None
    found = figure or kind
    return str(found) if found else None


def _ids(me: User, code: str, what: str, since: date, on: date) -> Any:
    on_day = since if what == "opening" else on
    if what in ("stock", "opening"):
        return _on_list(me, code, on_day) if code in list_kinds() else _in_figure(code, on_day)
    is_list = code in list_kinds()
    known = list_queries.all_lists() if is_list else []
    moved = list_moves(since, on, seen_members(me), known) if is_list else figures.moves(since, on, code)
    return select(Enterprise.id).where(among(Enterprise.id, sorted(set(moved.get(code, {}).get(what, ())))))


def _in_figure(code: str, on: date) -> Select[int]:
    return select(TrackSpan.enterprise_id).where(TrackSpan.figure == code, IN_FIGURE, holds(on), in_zone(on))


def _on_list(me: User, code: str, on: date) -> Select[int]:
    lists = [list_id for kind, list_id in list_queries.in_force(on).items() if kind == code]
    query = select(ListMember.enterprise_id).join(YearlyList, YearlyList.id == ListMember.list_id)
    return query.where(list_queries.on_lists(lists, on), seen_members(me))


def _narrowed(args: MultiDict[str, str], on: date) -> list[ColumnElement[bool]]:
    """To a unit or a board."""
    found: list[ColumnElement[bool]] = []
    if (unit := id_from(args.get("unit"))) is not None:
        found.append(Enterprise.unit_id == unit)
    if board := args.get("board", "")[:12]:
        held = select(TrackSpan.enterprise_id).where(TrackSpan.board == board, holds(on), in_zone(on))
        found.append(Enterprise.id.in_(held.where(TrackSpan.figure == args.get("figure", ""))))
    return found


def _rows(me: User) -> Select[*tuple[Any, ...]]:
    e, place = Enterprise, Unit
    is_open = and_(Assignment.enterprise_id == e.id, Assignment.ended_on.is_(None))
    query = visible_to(me).outerjoin(place, place.id == e.territory_id).outerjoin(Assignment, is_open)
    query = query.outerjoin(User, User.id == Assignment.commissioner_id)
    shown = (e.id, e.name, e.credit_code, e.stock_code, e.industry, place.name, User.name)
    labels = ("id", "name", "credit_code", "stock_code", "industry", "place", "serving")
    return query.with_only_columns(*(each.label(name) for each, name in zip(shown, labels, strict=True)))


def _columns() -> list[Column]:
    return [
        Column("name", say("Enterprise"), "link", order=(Enterprise.sort_key,), width="wide"),
        Column("credit_code", say("Credit code"), "code", order=(Enterprise.credit_code,), nulls="first"),
        Column("stock_code", say("Stock code"), "code"),
        Column("industry", say("Industry"), phone=True),
        Column("place", say("Territory"), order=(Unit.name,), nulls="first", phone=True),
        Column("serving", say("Commissioner"), order=(User.name_pinyin,), nulls="first", phone=True),
    ]
