"""The first steps of an import: the list of runs, a file, its columns."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Response, request, send_file, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import requires, signed_in
from crm.core.db import writing
from crm.core.errors import Stale
from crm.core.list_files import files
from crm.core.list_parts import Act, Badge, Column, Empty
from crm.core.lists import Listing
from crm.core.web import go, page
from crm.core.words import Say, _, say
from crm.files import store
from crm.imports import columns as column_page
from crm.imports import exporting, queries, services
from crm.imports.checking import NoRows, usable
from crm.imports.forms import UploadForm
from crm.imports.kinds import KINDS
from crm.imports.labels import STATES
from crm.imports.models import ImportRun
from crm.imports.reading import Reading, read_tables
from crm.sheets.unreadable import Unreadable

IMPORTS = queries.IMPORTS
bp = Blueprint("imports", __name__)
MOST_BYTES = 32 << 20


@bp.get("/imports")
@requires(*queries.MAY_OPEN)
def runs() -> ResponseReturnValue:
    me = signed_in()
    listing = Listing(
        "imports", say("Imports, the newest first"), _columns(), tie=ImportRun.id, sort="-begun", href=_address
    )
    listing.take(queries.runs(me))
    listing.exports = files(listing, "desk.export_imports")
    if queries.kinds_for(me):
        listing.tools = [Act(_("Import a table"), url_for("imports.upload"), "upload", primary=True)]
    listing.empty = Empty(_("Nothing was imported yet"), _("Upload the roster you have: any Excel sheet will do."))
    return page("imports/runs.html", listing=listing)


def _columns() -> list[Column]:
    return [
        Column("file", say("File"), "link", value=lambda run: run.file.name),
        Column("state", say("State"), "badge", phone=True, value=lambda run: Badge(*STATES[run.state])),
        Column("kind", say("What it lists"), value=lambda run: KINDS[run.kind].label),
        Column("rows", say("Rows"), "number", value=lambda run: (run.counts or {}).get("rows")),
        Column("by", say("Uploaded by"), value=lambda run: run.by_name),
        Column(
            "begun",
            say("Uploaded"),
            "instant",
            phone=True,
            order=(ImportRun.created_at,),
            value=lambda run: run.created_at,
        ),
    ]


def _address(run: ImportRun) -> str:
    return url_for("imports.run", run_id=run.id)


@bp.route("/imports/new", methods=["GET", "POST"])
@requires(*IMPORTS)
def upload() -> ResponseReturnValue:
    me = signed_in()
    form = UploadForm(queries.kinds_for(me), queries.units_for(me))
    if request.method == "GET":
        form.kind.data = request.args.get("kind", form.kind.choices[0][0])
        form.unit.data = me.unit_id
    if form.validate_on_submit():
        with form.showing():
            if run := _begin(form):
                return go("imports.columns", run_id=run.id)
    return page("imports/upload.html", form)


def _begin(form: UploadForm) -> ImportRun | None:
    """The run of an uploaded file; None when the form now says why it cannot be read."""
    me, name = signed_in(), Path(form.file.data.filename or "").name or "upload"
    unit = next((unit for unit in queries.units_for(me) if unit.id == form.unit.data), None)
    try:
        with form.file.data.stream as source:
            stashed = store.stash(source, most=MOST_BYTES)
    except store.TooLarge:
        form.refuse(say("The file is larger than %(limit)s MB; split it", limit=MOST_BYTES >> 20), "file")
        return None
    try:
        reading = _read(stashed.stored_as, name, form)
    except (Unreadable, NoRows) as unusable:
        store.drop(stashed)
        for why in services.reasons(unusable):
            form.refuse(why, "file")
        if isinstance(unusable, NoRows) and not unusable.has_too_many:
            form.refuse(say("If the name column has an unusual head, type that head below"), "file")
        return None
    offered = services.sheet_defaults(form.kind.data, reading)
    options = {"mapping": form.mapping, "name_heads": list(form.mapping), "offered": offered, "defaults": offered}
    with writing():
        return services.begin(form.kind.data, stashed, reading, name=name, unit=unit or me.unit, by=me, options=options)


def _read(stored_as: str, name: str, form: UploadForm) -> Reading:
    return usable(read_tables(store.path_of(stored_as), name=name, kind=form.kind.data, mapping=form.mapping))


@bp.route("/imports/<int:run_id>/columns", methods=["GET", "POST"])
@requires(*IMPORTS)
def columns(run_id: int) -> ResponseReturnValue:
    me = signed_in()
    run = queries.load(run_id, me, own=True)
    if run.state not in services.OPEN:
        return go("imports.run", run_id=run.id)
    form = column_page.columns_form(run)
    if form.validate_on_submit():
        column_page.refuse_doubles(run, form)
        if not form.is_refused:
            return _check_later(run, column_page.wishes(run, form))
    return page(
        "imports/columns.html", form, run=run, heads=list(column_page.heads(run).values()), kind=KINDS[run.kind]
    )


def _check_later(run: ImportRun, options: dict[str, object]) -> ResponseReturnValue:
    try:
        with writing():
            services.check_later(run, options, by=signed_in())
    except Stale:
        pass  # somebody else works on it: the page shows how far it is
    return go("imports.run", run_id=run.id)


@bp.get("/imports/template/<kind>.xlsx")
@requires(*IMPORTS)
def template(kind: str) -> Response:
    """An empty table with the heads that are understood."""
    known = KINDS.get(kind, KINDS["roster"])
    with TemporaryDirectory() as folder:
        target = Path(folder) / "template.xlsx"
        exporting.write_template(known.key, target)
        return sent(target.read_bytes(), say("Template: %(kind)s", kind=known.label))


def sent(content: bytes, title: Say | str) -> Response:
    from io import BytesIO

    from crm.core import clock
    from crm.sheets.names import file_name

    name = file_name(str(title), on=clock.today(), suffix="xlsx")
    return send_file(BytesIO(content), mimetype=services.MEDIA_TYPES[".xlsx"], as_attachment=True, download_name=name)
