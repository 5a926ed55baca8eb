"""The board over all kinds of tracks by rung, one board for each kind, and the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import ColumnElement

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.kept import Kept
from crm.core.typed import id_from
from crm.core.web import fragment, page
from crm.core.words import language
from crm.cultivation import board, board_filters, board_firms, board_table
from crm.cultivation.board_bar import bar, here, ways
from crm.cultivation.board_firms import FirmCard
from crm.cultivation.rules import lanes
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.lanes import Lane
from crm.cultivation.rules.states import Kind
from crm.cultivation.rules.yearly import list_kinds
from crm.cultivation.views import bp
from crm.permissions import Permission

_cards = Kept(5000)


@bp.get("/board")
@requires(Permission.ENTERPRISE_VIEW)
def all_tracks() -> ResponseReturnValue:
    given = {kind.rung for kind in list_kinds().values()}
    return _board(lanes.of_rungs(ladder(), given), None)


@bp.get("/board/<track_kind>")
@requires(Permission.ENTERPRISE_VIEW)
def board_of(track_kind: str) -> ResponseReturnValue:
    kind = ladder().kinds.get(track_kind) or abort(404)
    return _board(lanes.of_kind(kind), kind)


def _board(found: Sequence[Lane], kind: Kind | None) -> ResponseReturnValue:
    me, at = signed_in(), request.args.get("at", "")
    at = at if at in {lane.code for lane in found} else ""
    begin: dict[str, Any] = {"at": at, "start": id_from(request.args.get("from")) or 0}
    where = board_filters.where(me, request.args)
    if kind is not None:
        where.append(board.of_kind(kind.code))
    drawn: dict[str, Any] = {"listing": bar(me, request.args, kind), "kind": kind, "here": here(), "drawn": card_html}
    if at and fragment(f"more-{at}"):
        only = [lane for lane in found if lane.code == at]
        return page("cultivation/_cards.html", None, column=_columns(me, where, only, found, **begin)[0], **drawn)
    columns = _columns(me, where, found, found, **begin)
    shown = at or next((column.lane.code for column in columns if column.total), columns[0].lane.code)
    total = sum(column.total for column in columns)
    paths = ways(kind.code if kind else "")
    return page("cultivation/board.html", None, columns=columns, shown=shown, total=total, ways=paths, **drawn)


def _columns(
    me: User, where: Sequence[ColumnElement[bool]], wanted: Sequence[Lane], found: Sequence[Lane], **begin: Any
) -> list[board.Column]:
    """Of tracks, and between them those of firms that stand on a list alone."""
    of_tracks = board.columns(where, found, me, only={lane.code for lane in wanted if lane.states}, **begin)
    of_firms = board_firms.columns(me, request.args, [lane for lane in wanted if not lane.states], **begin)
    by_code = {column.lane.code: column for column in (*of_tracks, *of_firms)}
    return [by_code[lane.code] for lane in wanted]


def card_html(macro: Callable[..., Any], card: board.Card | FirmCard, *asked: Any) -> Markup:
    """A card as it was drawn before, while nothing on it has changed."""
    of_page = (language(), clock.today(), request.script_root, *asked)
    key = (of_page, card.depends)
    return Markup(_cards.piece(key, lambda: str(macro(card, *asked))))  # noqa: S704 - the macro has escaped


@bp.get("/board/table")
@requires(Permission.ENTERPRISE_VIEW)
def tracks_table() -> ResponseReturnValue:
    return page("cultivation/tracks.html", listing=board_table.listing(signed_in(), request.args), ways=ways("table"))
