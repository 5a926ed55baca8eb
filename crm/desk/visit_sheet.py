"""填报表: an official's own sheet, prefilled with his firms and latest visits, sent back as differences to accept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select

from crm import timeline
from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import read, writing
from crm.core.forms import Form
from crm.core.pages import speaking
from crm.core.web import go, page
from crm.core.words import say
from crm.desk.enterprise_export import sent
from crm.desk.views import bp
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import served_by
from crm.files import store
from crm.imports import services
from crm.imports.checking import NoRows, usable
from crm.imports.models import ImportRun
from crm.imports.reading import read_tables
from crm.permissions import Permission
from crm.sheets.layout import Column, Content, Show
from crm.sheets.names import file_name
from crm.sheets.unreadable import Unreadable
from crm.sheets.write import write_table
from crm.visits.models import Visit, VisitState
from crm.visits.words import kind_word

KIND = "returned"
MOST_BYTES = 8 << 20
RECENT = timedelta(days=30)
TITLE = say("Sheet of my visits")
COLUMNS = (
    Column(say("Visit number"), Show.NUMBER, 10),
    Column(say("Enterprise name"), width=36),
    Column(say("Unified social credit code"), width=23),
    Column(say("Day of the visit"), Show.DATE, 13),
    Column(say("Way of visiting"), width=10),
    Column(say("Received by"), width=14),
    Column(say("What was talked about"), width=60),
    Column(say("Requests of the enterprise"), width=30),
    Column(say("Day of the next visit"), width=16),
)


class SheetForm(Form):
    file = FileField(_l("The filled sheet"), [FileRequired()])


@bp.route("/visits/sheet", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def visit_sheet() -> ResponseReturnValue:
    me, form = signed_in(), SheetForm()
    if form.validate_on_submit():
        with form.showing():
            if run := _begin(form, me):
                return go("imports.run", run_id=run.id)
    return page("desk/visits/sheet.html", form)


@bp.get("/visits/sheet.xlsx")
@requires(Permission.VISIT_RECORD, confirmed=True)
def own_sheet() -> ResponseReturnValue:
    """Always in Chinese, as the import reads it."""
    me, out = signed_in(), io.BytesIO()
    with speaking("zh_Hans_CN"):
        rows = write_table(out, columns=COLUMNS, rows=_rows(me), title=str(TITLE))
        name = file_name(f"{clock.today():%Y年%m月}{TITLE}", unit=me.name, on=clock.today(), suffix="xlsx")
    timeline.note("paper.exported", by=me, paper="visit_sheet", rows=rows)
    return sent(out.getvalue(), name, "xlsx")


def _rows(me: User) -> Iterator[list[Content]]:
    """My latest visits with their numbers, then a blank line for each firm I serve."""
    e, v = Enterprise, Visit
    mine = (v.author_id == me.id, v.state == VisitState.DONE, v.visited_on >= clock.today() - RECENT)
    columns = (e.name, e.credit_code, v.id, v.visited_on, v.kind, v.met, v.is_not_met, v.text)
    latest = select(*columns).join(e, e.id == v.enterprise_id).where(*mine).order_by(v.visited_on, v.id)
    for row in read(latest).all():
        met = str(say("nobody in charge was there")) if row.is_not_met else row.met
        way = kind_word(row.kind, row.visited_on)
        yield [row.id, row.name, row.credit_code, row.visited_on, way, met, row.text, None, None]
    firms = select(e.name, e.credit_code).where(e.id.in_(served_by(me)), e.standing == Standing.ACTIVE)
    for row in read(firms.order_by(e.sort_key, e.id)).all():
        yield [None, row.name, row.credit_code, *[None] * 6]


def _begin(form: SheetForm, me: User) -> ImportRun | None:
    """The run of an uploaded sheet, its check under way; None when the form now says why it cannot be read."""
    name = Path(form.file.data.filename or "").name or "upload"
    try:
        with form.file.data.stream as source:
            stashed = store.stash(source, most=MOST_BYTES)
    except store.TooLarge:
        form.refuse(say("The file is larger than %(limit)s MB; split it", limit=MOST_BYTES >> 20), "file")
        return None
    try:
        reading = usable(read_tables(store.path_of(stashed.stored_as), name=name, kind=KIND, mapping={}))
    except (Unreadable, NoRows) as unusable:
        store.drop(stashed)
        for why in services.reasons(unusable):
            form.refuse(why, "file")
        return None
    with writing():
        run = services.begin(KIND, stashed, reading, name=name, unit=me.unit, by=me, options={})
        services.check_later(run, {}, by=me)
        return run
