"""The same tracks as a table: columns, orders, rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import read
from crm.core.list_files import files
from crm.core.lists import Act, Badge, Column, Empty, Listing, Person
from crm.core.words import _, say
from crm.cultivation import board, board_filters, terms, words
from crm.cultivation.board_bar import bar
from crm.cultivation.models import Track
from crm.cultivation.plan_models import TrackOutlook
from crm.cultivation.rules import lanes
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import CLASSES, is_stalled
from crm.cultivation.step_days import days_of
from crm.cultivation.terms import Terms
from crm.enterprises.models import Enterprise, Standing
from crm.permissions import Permission

LOOK = {"sure": "good", "trying": "accent"}


def listing(me: User, args: MultiDict[str, str]) -> Listing:
    running_out: dict[int, Terms] = {}
    made = bar(
        me, args, columns=_with_terms(running_out), sort="name", tie=Track.id, path=url_for("cultivation.tracks_table"),
        href=lambda row: url_for("desk.enterprise", enterprise_id=row.enterprise_id, tab="tracks"),
    )  # fmt: skip
    where = [*board_filters.where(me, args), Track.state.in_(ladder().owner)]
    total = read(board.of_tracks(where, func.count())).scalar_one()
    made.counted(total)
    ids = read(made.window(_in_order(made, where))).scalars().all()
    rows = {row.id: row for row in board.rows_of(ids, me)}
    made.rows = [rows[track_id] for track_id in ids if track_id in rows]
    running_out.update(terms.of_open(made.rows))
    made.is_plain, made.depends = True, (tuple(running_out.items()),)
    if me.may(Permission.EXPORT):
        made.exports = files(made, "cultivation.export_tracks")
    if me.may(Permission.TRACK_CONFIRM) and made.total:
        made.tools = [
            Act(_("Review one after another"), url_for("cultivation.begin_round") + "?" + made.query(), "eye")
        ]
    made.empty = Empty(
        _("Nobody is on the way yet"), _("A track begins in the file of an enterprise, under “Cultivation”.")
    )
    return made


def _in_order(made: Listing, where: list[ColumnElement[bool]]) -> Select[Any]:
    """The ids of the tracks with what the order asks for, and no more: what the table shows is read of one page alone.
    By name the first firms that have such tracks are chosen before: the index ends the search."""
    key = made.sort.lstrip("-")
    query = board.tracks(where, Track.id)
    if key == "commissioner":
        return board.with_commissioner(query)
    if key != "name":
        return query
    firm = aliased(Enterprise)
    order = [firm.sort_key.desc(), firm.id.desc()] if made.sort.startswith("-") else [firm.sort_key, firm.id]
    has_some = board.of_tracks([*where, Track.enterprise_id == firm.id], literal(1)).correlate(firm).exists()
    first = select(firm.id).where(firm.standing == Standing.ACTIVE, has_some).order_by(*order)
    return query.where(Track.enterprise_id.in_(first.limit(made.page * made.size)))


def _with_terms(running_out: Mapping[int, Terms]) -> list[Column]:
    """With what runs out on each track of the page; it is known once the rows are."""
    made = Column(
        "term",
        say("Terms"),
        "badge",
        width="text",
        phone=True,
        value=lambda r: running_out.get(r.id, terms.NOTHING).badges,
    )
    place = next(place for place, column in enumerate(_columns()) if column.key == "after")
    return [*_columns()[:place], made, *_columns()[place:]]


@cache
def _columns() -> list[Column]:
    out, late, name = TrackOutlook, "last", words.kind_word
    by_class = case({code: place for place, code in enumerate(CLASSES)}, value=out.goal_class, else_=None)
    by_kind = case({code: place for place, code in enumerate(ladder().kinds)}, value=Track.kind)
    return [
        Column("name", say("Enterprise"), "link", order=(Enterprise.sort_key, Enterprise.id), width="wide"),
        Column("kind", say("Track"), value=lambda r: name(r.kind), order=(by_kind, Track.state)),
        Column("state", say("Step"), "badge", value=_state, phone=True),
        Column("since", say("In this step since"), "day", value=lambda r: r.since_on, order=(Track.since_on,),
               phone=True),
        Column("after", say("Step that comes next"), value=_after, optional=True),
        Column("next", say("Next milestone expected on"), "day", value=lambda r: r.next_on, order=(out.next_on,),
               nulls=late),
        Column("goal", say("Quotation or listing"), "month", value=lambda r: r.goal_on, order=(out.goal_on,),
               nulls=late, phone=True),
        Column("class", say("Class"), "badge", value=_class, order=(by_class,), nulls=late),
        Column("blocker", say("What blocks it"), value=lambda r: r.blocker or None, width="text"),
        Column("move", say("Whose move it is"), value=lambda r: words.move_word(r.blocked_by) if r.blocker else None,
               order=(out.blocked_by,), nulls=late),
        Column("slips", say("Slippage"), value=lambda r: words.slipped_words(r.slips or 0, r.slipped_days or 0) or None,
               order=(out.slipped_days,), nulls="first", optional=True),
        Column("commissioner", say("Commissioner"), "person", order=(User.name_pinyin,), nulls="first",
               value=lambda r: Person(r.commissioner, r.commissioner_unit) if r.commissioner else None),
        Column("reviewed", say("Last reviewed"), "day", value=lambda r: r.reviewed_on, order=(out.reviewed_on,),
               nulls="first", optional=True),
        Column("again", say("Look again on"), "day", value=lambda r: r.review_next_on, order=(out.review_next_on,),
               nulls=late, optional=True),
        Column("board", say("Board"), value=lambda r: words.board_word(r.board) or None, optional=True),
    ]  # fmt: skip


def _state(row: Any) -> Badge:
    state, since = ladder().state(row.state), row.since_on
    if is_stalled(days_of(state, row.own_days), since, clock.today()):
        days = (clock.today() - since).days
        return Badge("overdue", str(state), say("Stalled: %(n)s days", n=days))
    return Badge("neutral", str(state))


def _after(row: Any) -> str | None:
    after = lanes.next_step(ladder().kinds[row.kind], ladder().state(row.state))
    return str(after) if after else None


def _class(row: Any) -> Badge | None:
    return Badge(LOOK.get(row.goal_class, "neutral"), words.class_word(row.goal_class)) if row.goal_class else None
