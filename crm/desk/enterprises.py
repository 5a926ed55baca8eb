"""The enterprise list."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from flask import abort, current_app, request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in, tabs_of_lists
from crm.core.lists import Act, Column, Empty, Listing, View
from crm.core.web import door, go, page, told
from crm.core.words import Say, _, say
from crm.cultivation import rungs
from crm.desk import enterprise_choices, table_edit, table_saving
from crm.desk.enterprise_columns import columns
from crm.desk.enterprise_filters import filter_form
from crm.desk.enterprise_rows import turn
from crm.desk.views import bp
from crm.enterprises import extras, search
from crm.enterprises.models import Enterprise
from crm.permissions import Permission


@bp.route("/enterprises", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_VIEW)
def enterprises() -> ResponseReturnValue:
    """The list; with `grid=1` its page as inputs, whose POST leads to the check page."""
    me = signed_in()
    listing = enterprise_listing(me)
    if why := search.held(request.args.get("q", ""), me):
        told(why, kind="error")
    if request.args.get("grid") and me.may(Permission.ENTERPRISE_EDIT):
        table_edit.offer_grid(listing, me)
        if request.method == "POST":
            return _check(listing, me)
    elif request.method == "POST":
        abort(405)
    return page("desk/enterprises.html", listing=listing)


def _check(listing: Listing, me: User) -> ResponseReturnValue:
    """On to the check page, or the grid again with the refused cells marked and everything typed still there."""
    if table_edit.is_back_again():
        listing.grid.validate_on_submit()
        table_edit.take_up(listing, me)
        return page("desk/enterprises.html", listing.grid, listing=listing)
    edits, gone = table_edit.submitted(listing, me)
    if listing.grid.validate_on_submit() and not gone:
        if not edits:
            told(say("Nothing was changed"))
            return go(listing.url(grid=None))
        status = table_edit.refusals(listing, edits, me)
        if status is None:
            return table_saving.check_page(edits, listing.url(grid=None), grid=request.full_path)
    else:
        status = 409 if gone else 422
    table_edit.tell_gone(listing, gone)
    table_edit.tell_refused(listing)
    listing.typed = request.form
    return page("desk/enterprises.html", listing.grid, status=status, listing=listing)


def enterprise_listing(me: User) -> Listing:
    """The list as the URL asks for it, filled."""
    offered, here = enterprise_choices.offered(me), door("desk.enterprises")
    listing = Listing(
        enterprise_choices.LISTING,
        say("Enterprises"),
        _columns(me, offered.extras),
        sort="name",
        tie=Enterprise.id,
        filters=filter_form(request.args, offered, sees_figures=me.may(Permission.FIGURES_VIEW)),
        href=lambda row: f"{here}/{row.id}",
        mark=lambda row: "" if row.standing == "active" else "muted",
    )
    is_grid = bool(request.args.get("grid")) and me.may(Permission.ENTERPRISE_EDIT)
    turn(listing, me, request.args, Permission.ENTERPRISE_EDIT if is_grid else Permission.ENTERPRISE_VIEW)
    listing.views = _views(listing, me, offered)
    listing.save_view_url = url_for("desk.save_view", listing="enterprises", query=listing.query())
    listing.tools, listing.bulk, listing.exports = _tools(me), _bulk(me), _exports(listing, me)
    listing.empty = _nothing_yet(me)
    if me.may(Permission.ENTERPRISE_EDIT):
        listing.grid_url = listing.url(grid="1")
    return listing


def _columns(me: User, known: tuple[extras.Extra, ...]) -> list[Column]:
    """A commissioner sees whom to call and what is open, those above him who serves; the grid what it can change."""
    if request.args.get("grid") and not request.args.getlist("columns"):
        return [replace(c, optional=not c.editable and c.key != "name") for c in columns(known)]
    found = _reading_columns(known, me.may(Permission.PEOPLE_VIEW))
    if request.args.get("sort", "").lstrip("-") != "rung":
        return found
    return [replace(c, order=(rungs.order(me),)) if c.key == "rung" else c for c in found]


@lru_cache(maxsize=32)
def _reading_columns(known: tuple[extras.Extra, ...], sees_people: bool) -> list[Column]:
    first, other = ("commissioner", "followups") if sees_people else ("followups", "commissioner")
    fact = "commissioner" if sees_people else "contact"
    hidden = {first: False, other: True}
    return [replace(c, phone=c.phone or c.key == fact, optional=hidden.get(c.key, c.optional)) for c in columns(known)]


def _views(listing: Listing, me: User, offered: enterprise_choices.Choices) -> list[View]:
    built_in = [(_("All"), ""), (_("Mine"), "commissioner=me"), (_("Nobody serves"), "commissioner=none")]
    shown = built_in if me.may(Permission.ASSIGN_FIRST) else built_in[:2]
    return tabs_of_lists.views(listing, me, shown, offered.views)


def _tools(me: User) -> list[Act]:
    tools = []
    if me.may(Permission.IMPORT) and "imports.upload" in current_app.view_functions:
        tools.append(Act(_("Import"), door("imports.upload"), "upload"))
    if me.may(Permission.MERGE_PROPOSE):
        tools.append(Act(_("Merging entries"), door("enterprises.merges"), "git-merge"))
    if me.may(Permission.ENTERPRISE_CREATE):
        tools.append(Act(_("New enterprise"), door("enterprises.add"), "plus", primary=True))
    return tools


def _bulk(me: User) -> list[Act]:
    acts = []
    if me.may(Permission.ASSIGN_FIRST):
        acts.append(Act(_("Assign a commissioner"), door("desk.assign_many"), "user-check"))
    if me.may(Permission.ENTERPRISE_EDIT):
        acts.append(Act(_("Set tier or territory"), door("desk.set_many"), "tag"))
    if me.may(Permission.LISTS_EDIT):
        acts.append(Act(_("Put on a list"), door("cultivation.enter_list"), "scroll-text"))
    acts.append(Act(_("Visit slips"), door("desk.visit_slips"), "printer"))
    if me.may(Permission.EXPORT):
        acts.append(Act(_("Export"), door("desk.export_enterprises"), "download"))
    return acts


def _exports(listing: Listing, me: User) -> list[tuple[Say | str, str]]:
    if not me.may(Permission.EXPORT):
        return []
    base = Listing.url(listing, size=None).partition("?")[2]
    return [
        (_("Contact sheet"), f"{url_for('desk.contact_sheet')}{'?' + base if base else ''}"),
        (_("Ledger of visits"), f"{url_for('desk.visit_ledger')}{'?' + base if base else ''}"),
        *(
            (label, f"{url_for('desk.export_enterprises', format=kind)}{'&' + base if base else ''}")
            for label, kind in (("Excel", "xlsx"), ("CSV", "csv"))
        ),
    ]


def _nothing_yet(me: User) -> Empty:
    if me.may(Permission.IMPORT) and "imports.upload" in current_app.view_functions:
        act = Act(_("Import the roster"), url_for("imports.upload"), "upload", primary=True)
        return Empty(_("No enterprises yet"), _("Start with the roster you have: any Excel sheet will do."), act)
    return Empty(_("No enterprises yet"), _("Enterprises you serve or answer for appear here."))
