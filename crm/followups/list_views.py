"""All follow-ups one may see: the list and its export."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm import timeline
from crm.accounts import User, everyone, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.pages import speaking
from crm.core.typed import ids_from
from crm.core.web import page
from crm.core.words import say
from crm.enterprises import queries as enterprises
from crm.enterprises.models import Enterprise
from crm.followups import filters, listing, words
from crm.followups.models import Followup
from crm.followups.views import bp
from crm.permissions import Permission
from crm.sheets.layout import Column, Content, Show
from crm.sheets.names import file_name
from crm.sheets.write import write_csv, write_table
from crm.workdays.words import marked

TITLE = say("Follow-ups (ledger)")
MOST_AT_ONCE = 200
MOST = 20_000
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
COLUMNS = (
    Column(say("Enterprise"), width=32), Column(say("Follow-up"), width=48), Column(say("Kind"), width=10),
    Column(say("Day"), Show.DATE, 18), Column(say("Owner"), width=10), Column(say("Unit of the owner"), width=20),
    Column(say("State"), width=10), Column(say("Put off"), Show.NUMBER), Column(say("Closed at"), Show.MOMENT, 18),
    Column(say("Result"), width=40),
)  # fmt: skip


@bp.get("/followups")
@everyone
def followups() -> ResponseReturnValue:
    me = signed_in()
    return page("followups/followups.html", listing=listing.listing(me, request.args))


@bp.get("/followups/export")
@requires(Permission.EXPORT, confirmed=True)
def export() -> ResponseReturnValue:
    """What the list shows under its filters, or its ticked rows, as a file that is recorded."""
    me, kind = signed_in(), request.args.get("format", "xlsx")
    if kind not in TYPES:
        abort(404)
    with speaking("zh_Hans_CN"), tempfile.TemporaryDirectory() as folder:
        path, rows = Path(folder) / "followups", _rows(me)
        if kind == "xlsx":
            count = write_table(path, columns=COLUMNS, rows=rows, title=str(TITLE))
        else:
            count = write_csv(path, columns=COLUMNS, rows=rows)
        name = file_name(str(TITLE), unit=bureau("bureau_name"), on=clock.today(), suffix=kind)
        content = path.read_bytes()
    timeline.note("followup.exported", by=me, rows=count, filters=request.query_string.decode()[:500], format=kind)
    return send_file(BytesIO(content), mimetype=TYPES[kind], as_attachment=True, download_name=name)


def _rows(me: User) -> Iterator[list[Content]]:
    own = (Followup.owner_id == me.id) | enterprises.of_visible(Followup, me, Permission.EXPORT)
    ticked = ids_from(request.args.getlist("id"))
    clauses = [*filters.where(me, request.args), own]
    if ticked and not request.args.get("all"):
        clauses.append(Followup.id.in_(ticked))
    query = listing.rows().where(*clauses).order_by(Followup.due_on, Enterprise.sort_key, Followup.id).limit(MOST)
    return (_cells(row) for row in db.session.execute(query))


def _cells(row: Any) -> list[Content]:
    closed = clock.local(row.closed_at).replace(tzinfo=None) if row.closed_at else None
    return [
        row.firm, row.text, str(words.KIND[row.kind]), marked(row.due_on), row.owner or "", row.owner_unit or "",
        str(words.STATE[row.state]), row.postponed, closed, row.result,
    ]  # fmt: skip


def chosen_ids(me: User, most: int = MOST_AT_ONCE) -> list[int]:
    """The ticked rows, or with `all=1` the first so many that match the filters."""
    if request.method == "GET" and request.args.get("all"):
        matching = select(Followup.id).where(*filters.where(me, request.args))
        return list(db.session.scalars(matching.order_by(Followup.due_on, Followup.id).limit(most)))
    return ids_from(request.values.getlist("id")[:most])
