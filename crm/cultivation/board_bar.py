"""What stands above board and table: the ways between them, saved views, filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from crm.accounts import tabs_of_lists
from crm.accounts.models import User
from crm.core.lists import Column, Listing
from crm.core.words import _, say
from crm.cultivation import board_filters
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Kind

OF_THE_BOARD = ("at", "from")
"""Parameters that say which lane is looked at, and from which card on."""


def bar(
    me: User, args: MultiDict[str, str], kind: Kind | None = None, columns: Sequence[Column] = (), **more: Any
) -> Listing:
    """A list whose saved views and filters board and table share."""
    filters = board_filters.filter_form(args, me, kind.code if kind else "")
    kept: MultiDict[str, str] = MultiDict((k, v) for k, v in args.items(multi=True) if k not in OF_THE_BOARD)
    made = Listing("tracks", say("Tracks"), columns, args=kept, filters=filters, **more)
    made.views = tabs_of_lists.views(made, me, _built_in())
    made.save_view_url = url_for("desk.save_view", listing="tracks", query=made.query())
    return made


def _built_in() -> list[tuple[str, str]]:
    return [
        (_("All"), ""),
        (_("Mine"), "commissioner=me"),
        (_("Sure"), "goal=sure"),
        (_("Stalled"), "pace=stalled"),
        (_("Legal deadline near"), "term=near"),
        (_("Not reviewed this month"), "review=due"),
    ]


def ways(at: str) -> list[tuple[str, str, bool]]:
    """(url, label, active) of the boards and the table, each with the filters of this page."""
    kept = urlencode([(k, v) for k, v in request.args.items(multi=True) if k in board_filters.CARRIED and v])
    asked = f"?{kept}" if kept else ""
    found = [(url_for("cultivation.tracks_table") + asked, _("Table"), at == "table"),
             (url_for("cultivation.all_tracks") + asked, _("All by rung"), at == "")]  # fmt: skip
    for kind in ladder().kinds.values():
        found.append((url_for("cultivation.board_of", track_kind=kind.code) + asked, str(kind), at == kind.code))
    return [*found[1:], found[0]]


def here() -> str:
    """This page as it is filtered: where acts on its cards lead back to."""
    asked = request.query_string.decode()
    return f"{request.path}?{asked}" if asked else request.path
