"""The smaller lists as files, Excel or CSV, as they are filtered: people, loads, imports.

The enterprise list and the visit list have their own files; what a person may not see in the list is not in these.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from crm import timeline
from crm.accounts import User, people_list, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.list_parts import Badge
from crm.core.pages import speaking
from crm.core.words import Say, _, say
from crm.desk.enterprise_export import MOST_RECORDED, TYPES, file_name, sent
from crm.desk.views import bp
from crm.handover import queries as handover
from crm.imports import queries as imports
from crm.imports.kinds import KINDS
from crm.imports.labels import STATES
from crm.imports.models import ImportRun
from crm.imports.synonyms import vocabulary
from crm.permissions import Permission
from crm.sheets.layout import Column, Content, Show
from crm.sheets.write import write_csv, write_table

OF_PEOPLE = ("name", "unit", "title", "mobile", "staff_no", "email")
"""As the import of people heads them, so that the file can be mended and brought again."""


@dataclass(frozen=True)
class File:
    """What a list becomes: its title, its columns, one row of contents per row."""

    title: Say
    columns: Sequence[Column]
    rows: Iterable[Sequence[Content]]


@bp.get("/people/export")
@requires(Permission.PEOPLE_VIEW, confirmed=True)
def export_people() -> ResponseReturnValue:
    return _given("people", lambda me: _people(me, request.args))


@bp.get("/assignments/load/export")
@requires(Permission.PEOPLE_VIEW, confirmed=True)
def export_loads() -> ResponseReturnValue:
    return _given("loads", lambda _me: _loads())


@bp.get("/imports/export")
@requires(*imports.MAY_OPEN, confirmed=True)
def export_imports() -> ResponseReturnValue:
    return _given("imports", _imports)


def _given(name: str, made: Any) -> Response:
    me, kind = signed_in(), request.args.get("format", "xlsx")
    if kind not in TYPES:
        abort(404)
    with speaking("zh_Hans_CN"), tempfile.TemporaryDirectory() as folder:
        file, path = made(me), Path(folder) / "list"
        if kind == "csv":
            count = write_csv(path, columns=file.columns, rows=file.rows)
        else:
            count = write_table(path, columns=file.columns, rows=file.rows, title=str(file.title))
        content = path.read_bytes()
        called = file_name(str(file.title), unit=bureau("bureau_name"), on=clock.today(), suffix=kind)
    asked = request.query_string.decode()[:MOST_RECORDED]
    timeline.note(f"{name}.exported", by=me, rows=count, filters=asked, format=kind)
    return sent(content, called, kind)


def _people(me: User, args: MultiDict[str, str]) -> File:
    heads = [vocabulary("people").fields[field].zh for field in OF_PEOPLE]
    people = db.session.scalars(people_list.all_chosen(me, args))
    rows = ([*map(_text, _facts(person)), _text(people_list.duties(person)), _standing(person)] for person in people)
    return File(say("People"), [*map(Column, heads), Column(_("Duties")), Column(_("Account"))], rows)


def _facts(person: User) -> Iterable[Any]:
    return (person.unit.name if field == "unit" else getattr(person, field) for field in OF_PEOPLE)


def _standing(person: User) -> str:
    return _text(people_list.access(person, None))


def _loads() -> File:
    limit, warn = bureau("load_limit"), bureau("load_warn")
    heads = [Column(_("Official")), Column(_("Unit")), Column(_("Enterprises"), Show.NUMBER), Column(_("Load"))]
    marks = {True: _("over the limit"), False: _("full")}
    rows = (
        (load.name, load.unit_name, load.serves, marks[load.serves > limit] if load.serves >= warn else "")
        for load in handover.loads()
    )
    return File(say("Who serves how many"), heads, rows)


def _imports(me: User) -> File:
    heads = [
        Column(_("File")), Column(_("State")), Column(_("What it lists")), Column(_("Rows"), Show.NUMBER),
        Column(_("Uploaded by")), Column(_("Uploaded"), Show.MOMENT),
    ]  # fmt: skip
    runs = db.session.scalars(imports.runs(me).order_by(ImportRun.created_at.desc(), ImportRun.id.desc()))
    rows = (
        (run.file.name, str(STATES[run.state][1]), str(KINDS[run.kind].label), (run.counts or {}).get("rows"),
         run.by_name, _wall(run.created_at))
        for run in runs
    )  # fmt: skip
    return File(say("Imports"), heads, rows)


def _wall(instant: datetime) -> datetime:
    return clock.local(instant).replace(tzinfo=None)


def _text(value: Any) -> str:
    if isinstance(value, Badge):
        return str(value.word)
    return "、".join(map(_text, value)) if isinstance(value, list | tuple) else str(value or "")
