"""The board over all kinds of tracks by rung, and one board for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from crm.accounts import User, requires, signed_in, tabs_of_lists
from crm.core.lists import Listing
from crm.core.typed import id_from
from crm.core.web import fragment, page
from crm.core.words import say
from crm.cultivation import board, board_filters
from crm.cultivation.models import Track
from crm.cultivation.rules import lanes
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.lanes import Lane
from crm.cultivation.rules.states import Kind
from crm.cultivation.views import bp
from crm.permissions import Permission

OF_THE_BOARD = ("at", "from")
"""Parameters that say which lane is looked at, and from which card on."""


@bp.get("/board")
@requires(Permission.ENTERPRISE_VIEW)
def all_tracks() -> ResponseReturnValue:
    return _board(lanes.of_rungs(ladder()), None)


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
        where.append(Track.kind == kind.code)
    drawn: dict[str, Any] = {"listing": bar(me, request.args, kind), "kind": kind, "here": here()}
    if at and fragment(f"more-{at}"):
        return page(
            "cultivation/_cards.html", None, column=board.columns(where, found, me, only=at, **begin)[0], **drawn
        )
    columns = board.columns(where, found, me, **begin)
    shown = at or next((column.lane.code for column in columns if column.total), columns[0].lane.code)
    total = sum(column.total for column in columns)
    paths = ways(kind.code if kind else "")
    return page("cultivation/board.html", None, columns=columns, shown=shown, total=total, ways=paths, **drawn)


def bar(me: User, args: MultiDict[str, str], kind: Kind | None) -> Listing:
    """Saved views, filters and what is filtered, as a list has them."""
    filters = board_filters.filter_form(args, me, kind.code if kind else "")
    kept: MultiDict[str, str] = MultiDict((k, v) for k, v in args.items(multi=True) if k not in OF_THE_BOARD)
    made = Listing("tracks", say("Tracks"), (), args=kept, filters=filters)
    made.views = tabs_of_lists.views(made, me, built_in_views())
    made.save_view_url = url_for("desk.save_view", listing="tracks", query=made.query())
    return made


def built_in_views() -> list[tuple[str, str]]:
    return [
        (str(say("All")), ""),
        (str(say("Mine")), "commissioner=me"),
        (str(say("Sure")), "goal=sure"),
        (str(say("Stalled")), "pace=stalled"),
        (str(say("Not reviewed this month")), "review=due"),
    ]


def ways(here: str) -> list[tuple[str, str, bool]]:
    """(url, label, active) of the boards and the table, each with the filters of this page."""
    kept = urlencode([(k, v) for k, v in request.args.items(multi=True) if k in board_filters.CARRIED and v])
    asked = f"?{kept}" if kept else ""
    found = [(url_for("cultivation.all_tracks") + asked, str(say("All by rung")), here == "")]
    for kind in ladder().kinds.values():
        found.append((url_for("cultivation.board_of", track_kind=kind.code) + asked, str(kind), here == kind.code))
    return found


def here() -> str:
    """This board as it is filtered: where acts on its cards lead back to."""
    asked: Any = request.query_string.decode()
    return f"{request.path}?{asked}" if asked else request.path
