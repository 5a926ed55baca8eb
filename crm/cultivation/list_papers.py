"""A yearly list as a file in the bureau's form, and on A4."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from flask import request, send_file
from flask.typing import ResponseReturnValue

from crm import timeline
from crm.accounts import requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import read
from crm.core.pages import speaking
from crm.core.web import page
from crm.core.words import say
from crm.cultivation.list_listing import chosen, in_part
from crm.cultivation.list_views import load_list
from crm.cultivation.views import bp
from crm.cultivation.words import list_reason
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises.models import Enterprise
from crm.permissions import Permission
from crm.sheets.layout import SIGN_OFF, Column, Content, Layout, Show, reporting_unit
from crm.sheets.names import file_name
from crm.sheets.paper import write_paper

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 20_000
COLUMNS = (
    Column(say("No."), Show.NUMBER, 6), Column(say("Enterprise"), width=34), Column(say("Credit code"), width=22),
    Column(say("Industry"), width=16), Column(say("Territory"), width=18), Column(say("Commissioner"), width=10),
    Column(say("On the list from"), Show.DATE, 13), Column(say("Reason for entry"), width=22),
    Column(say("Left on"), Show.DATE, 13), Column(say("Reason for leaving"), width=22),
)  # fmt: skip


@bp.get("/lists/<int:list_id>/export")
@requires(Permission.EXPORT, confirmed=True)
def export_list(list_id: int) -> ResponseReturnValue:
    """What the list shows under its filters, in Chinese whoever asks, and recorded."""
    me, found, out = signed_in(), load_list(list_id), io.BytesIO()
    with speaking("zh_Hans_CN"):
        number = str(say("Document number: %(number)s", number=found.document_no or "--"))
        layout = Layout(
            title=found.name, columns=COLUMNS, unit_left=reporting_unit(bureau("bureau_name")),
            unit_right="  ".join(filter(None, (in_part(me, found), number))), sign_off=SIGN_OFF,
        )  # fmt: skip
        count = write_paper(out, layout=layout, rows=_cells(_rows(found)))
        name = file_name(found.name, unit=bureau("bureau_name"), on=clock.today(), suffix="xlsx")
    timeline.note("list.exported", by=me, rows=count, filters=request.query_string.decode()[:500], list=found.id)
    return send_file(io.BytesIO(out.getvalue()), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/lists/<int:list_id>/print")
@requires(Permission.ENTERPRISE_VIEW)
def print_list(list_id: int) -> ResponseReturnValue:
    found = load_list(list_id)
    named: dict[str, Any] = {"bureau_name": bureau("bureau_name"), "printed_on": clock.today()}
    named["in_part"] = in_part(signed_in(), found)
    return page("cultivation/list_paper.html", row=found, members=_rows(found), **named)


def _rows(found: YearlyList) -> list[Any]:
    query = chosen(signed_in(), found, request.args).order_by(Enterprise.sort_key, ListMember.id)
    return list(read(query.limit(MOST)))


def _cells(rows: list[Any]) -> Iterator[list[Content]]:
    for number, row in enumerate(rows, 1):
        yield [number, row.name, row.credit_code or "", row.industry, row.place or "", row.serving or "", row.from_on,
               list_reason(row.entry_reason), row.until_on, list_reason(row.exit_reason)]  # fmt: skip
