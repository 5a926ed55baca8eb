"""The visit list: everything in my scope and what I logged elsewhere, the newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.lists import Act, Empty, Listing
from crm.core.web import door, page
from crm.core.words import Say, _, say
from crm.desk import tabs_of_lists, visit_rows
from crm.desk.views import bp
from crm.desk.visit_columns import columns
from crm.desk.visit_filters import filter_form
from crm.permissions import Permission
from crm.visits.models import Visit, VisitState


@bp.get("/visits")
@requires(Permission.VISIT_VIEW, Permission.VISIT_RECORD)
def visits() -> ResponseReturnValue:
    me = signed_in()
    return page("desk/visits/list.html", listing=visit_listing(me))


def visit_listing(me: User) -> Listing:
    """The list as the URL asks for it, filled."""
    asked = request.args
    listing = Listing(
        "visits",
        say("Visits"),
        columns(),
        sort="-visited_on",
        tie=Visit.id,
        filters=filter_form(asked, me),
        href=lambda row: visit_url(row.id, row.enterprise_id),
        mark=lambda row: "voided" if row.state == VisitState.VOIDED else "",
    )
    visit_rows.turn(listing, me, asked)
    listing.views = tabs_of_lists.views(listing, me, _tabs(me))
    listing.save_view_url = url_for("desk.save_view", listing="visits", query=listing.query())
    listing.tools, listing.exports = _tools(me), _exports(listing, me)
    listing.empty = _nothing_yet(me)
    return listing


def visit_url(visit_id: int, enterprise_id: int) -> str:
    """The page of a visit."""
    if "desk.visit" in current_app.view_functions:
        return url_for("desk.visit", visit_id=visit_id)
    return url_for("desk.enterprise", enterprise_id=enterprise_id)


def neighbours(visit: Visit, me: User, args: MultiDict[str, str]) -> dict[str, Any]:
    """The visits before and after this one in the list of these filters, newest first: {"before": id, "after": id}."""
    return {
        "before": visit_rows.beside(visit, me, args, is_newer=True),
        "after": visit_rows.beside(visit, me, args, is_newer=False),
    }


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
    if "desk.visit_figures" in current_app.view_functions and me.may(Permission.VISIT_VIEW):
        tools.append(Act(_("Figures"), door("desk.visit_figures"), "activity"))
    if me.may(Permission.VISIT_RECORD):
        tools.append(Act(_("Log a visit"), door("desk.new_visit"), "plus", primary=True))
    return tools


def _exports(listing: Listing, me: User) -> list[tuple[Say | str, str]]:
    if not me.may(Permission.EXPORT):
        return []
    base = Listing.url(listing, size=None).partition("?")[2]
    return [
        (label, f"{url_for('desk.export_visits', format=kind)}{'&' + base if base else ''}")
        for label, kind in (("Excel", "xlsx"), ("CSV", "csv"))
    ]


def _nothing_yet(me: User) -> Empty:
    if me.may(Permission.VISIT_RECORD):
        act = Act(_("Log a visit"), door("desk.new_visit"), "plus", primary=True)
        return Empty(_("No visits yet"), _("Visits you and your unit log appear here, the newest first."), act)
    return Empty(_("No visits yet"), _("Visits to the enterprises you may see appear here."))
