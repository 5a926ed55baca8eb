"""The visit list: everything in my scope and what I logged elsewhere, the newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in, tabs_of_lists
from crm.core import clock
from crm.core.list_files import files
from crm.core.lists import Act, Empty, Listing
from crm.core.web import address, door, page
from crm.core.words import Say, _, say
from crm.desk import visit_rows
from crm.desk.views import bp
from crm.desk.visit_columns import columns
from crm.desk.visit_filters import filter_form
from crm.permissions import Permission
from crm.visits import company
from crm.visits.models import Visit, VisitState


@bp.get("/visits")
@requires(Permission.VISIT_VIEW, Permission.VISIT_RECORD)
def visits() -> ResponseReturnValue:
    me = signed_in()
    return page("desk/visits/list.html", listing=visit_listing(me))


def visit_listing(me: User) -> Listing:
    """The list as the URL asks for it, filled."""
    asked, here = request.args, door("desk.visits")
    along: dict[int, dict[str, str]] = {}
    tail = f"?{request.query_string.decode()}" if request.query_string else ""
    listing = Listing(
        "visits",
        say("Visits"),
        columns(along, with_typist=bool(asked.get("typed"))),
        sort="-visited_on",
        tie=Visit.id,
        filters=filter_form(asked, me),
        href=lambda row: f"{here}/{row.id}{tail}",
        mark=lambda row: "voided" if row.state == VisitState.VOIDED else "",
    )
    visit_rows.turn(listing, me, asked)
    if {"leaders", "companions"} & {column.key for column in listing.columns}:
        along.update(company.of_many([row.id for row in listing.rows]))
    listing.is_plain = not tail
    listing.views = tabs_of_lists.views(listing, me, _tabs(me))
    listing.save_view_url = url_for("desk.save_view", listing="visits", query=listing.query())
    listing.tools, listing.exports = _tools(me), _exports(listing, me)
    listing.empty = _nothing_yet(me)
    return listing


def visit_url(visit_id: int, _enterprise_id: int = 0) -> str:
    """The page of a visit."""
    return address("desk.visit", visit_id=visit_id)


def _tabs(me: User) -> list[tuple[str, str]]:
    today = clock.today()
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    tabs = [(_("All"), ""), (_("Mine"), "author=me")] if me.may(Permission.VISIT_VIEW) else [(_("Mine"), "")]
    return [
        *tabs,
        (_("This week"), f"from={monday}&to={monday + timedelta(days=6)}"),
        (_("This month"), f"from={first}&to={_last_day(first)}"),
        (_("Planned"), "state=planned"),
        (_("Voided"), "state=voided"),
    ]


def _last_day(first: Any) -> Any:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _tools(me: User) -> list[Act]:
    tools = []
    if me.may(Permission.VISIT_VIEW):
        tools.append(Act(_("Figures"), door("desk.visit_figures"), "activity"))
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    tools.append(Act(_("Words for the group"), f"{door('desk.visit_text')}{query}", "copy"))
    if me.may(Permission.VISIT_RECORD):
        tools.append(Act(_("Sheet of my visits"), door("desk.visit_sheet"), "notebook-pen"))
    return tools


def _exports(listing: Listing, me: User) -> list[tuple[Say | str, str]]:
    if not me.may(Permission.EXPORT):
        return []
    return files(listing, "desk.export_visits")


def _nothing_yet(me: User) -> Empty:
    if me.may(Permission.VISIT_RECORD):
        act = Act(_("Log a visit"), door("desk.new_visit"), "plus", primary=True)
        return Empty(_("No visits yet"), _("Visits you and your unit log appear here, the newest first."), act)
    return Empty(_("No visits yet"), _("Visits to the enterprises you may see appear here."))
