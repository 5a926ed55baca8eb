"""服务专员对接表: the list as the bureau prints it, A4 landscape; the same columns the roster is imported by."""

from __future__ import annotations

import io
from collections.abc import Iterator

from flask import request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm import timeline
from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.pages import speaking
from crm.core.shown import NOTHING, day, phones, yuan_in_wan
from crm.core.words import say
from crm.desk.enterprise_rows import Line, lines, matching_ids
from crm.desk.views import bp
from crm.enterprises.models import Enterprise
from crm.enterprises.phones import masked_all
from crm.permissions import Permission
from crm.sheets import layout as forms
from crm.sheets.names import file_name
from crm.sheets.paper import write_paper

TITLE = say("Service commissioners and their enterprises")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 500
COLUMNS = (
    forms.Column(say("No."), forms.Show.NUMBER, 6),
    forms.Column(say("Enterprise name"), width=36),
    forms.Column(say("Unified social credit code"), width=23),
    forms.Column(say("Industry it belongs to"), width=20),
    forms.Column(say("Park it lies in"), width=18),
    forms.Column(say("Legal representative"), width=12),
    forms.Column(say("Contact person"), width=10),
    forms.Column(say("Telephone number"), width=16),
    forms.Column(say("Registered capital"), forms.Show.MONEY, 14, is_totalled=True),
    forms.Column(say("Founded on"), width=13),
    forms.Column(say("Service commissioner"), width=12),
)


@bp.get("/enterprises/contact-sheet")
@requires(Permission.EXPORT, confirmed=True)
def contact_sheet() -> ResponseReturnValue:
    """What the list shows under its filters, as a file; the paper is always in Chinese."""
    me, out = signed_in(), io.BytesIO()
    with speaking("zh_Hans_CN"):
        count = write_paper(out, layout=_layout(), rows=_rows(me))
        name = file_name(
            f"{clock.today():%Y年%m月}{TITLE}", unit=bureau("bureau_name"), on=clock.today(), suffix="xlsx"
        )
    timeline.note(
        "paper.exported", by=me, paper="contact_sheet", rows=count, filters=request.query_string.decode()[:500]
    )
    out.seek(0)
    return send_file(out, mimetype=XLSX, as_attachment=True, download_name=name)


def _layout() -> forms.Layout:
    return forms.Layout(
        title=TITLE,
        columns=COLUMNS,
        unit_left=forms.reporting_unit(bureau("bureau_name")),
        unit_right=forms.TEN_THOUSAND_YUAN,
        total_label=forms.TOTAL,
        sign_off=forms.SIGN_OFF,
    )


def _rows(me: User) -> Iterator[list[forms.Content]]:
    ids, _total, _capped = matching_ids(me, request.args, Permission.EXPORT)
    found = list(
        db.session.scalars(
            select(Enterprise.id).where(Enterprise.id.in_(ids)).order_by(Enterprise.sort_key, Enterprise.id)
        )
    )
    for start in range(0, len(found), CHUNK):
        for number, line in enumerate(lines(found[start : start + CHUNK], me, with_extras=False), start + 1):
            yield _cells(number, line)


def _cells(number: int, line: Line) -> list[forms.Content]:
    capital = line.registered_capital
    founded = day(line.founded_on, line.founded_precision)
    phone = phones(line.phone) if line.is_direct else masked_all(line.phone or "")
    return [
        number,
        line.name,
        line.credit_code,
        line.industry,
        line.territory,
        line.legal_representative,
        line.contact,
        phone,
        yuan_in_wan(capital) if capital is not None else None,
        "" if founded == NOTHING else founded,
        line.commissioner,
    ]
