"""The visit list as a file: what is filtered, as far as the person may see; the heads are those the import reads.

Each export is recorded. Many rows are written by a background job, and the file waits a day for its owner.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import abort, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from crm import jobs, timeline
from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.pages import speaking
from crm.core.words import say
from crm.desk import enterprise_export, visit_rows
from crm.desk.enterprise_export import LARGEST_FILE, MOST_RECORDED, TYPES, sent
from crm.desk.exporting_later import asked, later
from crm.desk.views import bp
from crm.files import store
from crm.permissions import Permission
from crm.visits import records
from crm.visits.models import Visit

KIND = "export_visits"
TITLE = say("List of visits")


@bp.route("/visits/export", methods=["GET", "POST"])
@requires(Permission.EXPORT, confirmed=True)
def export_visits() -> ResponseReturnValue:
    """The file at once, or for many rows the offer to write it in the background."""
    me, kind = signed_in(), request.args.get("format", "xlsx")
    if kind not in TYPES:
        abort(404)
    count, _capped = visit_rows.counted(visit_rows.matching(me, request.args, Permission.EXPORT))
    if count > enterprise_export.AT_ONCE:
        return later(me, KIND, file=kind, title=TITLE, rows=count, back="desk.visits")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits"
        rows = _write(me, request.args, kind, path)
        content = path.read_bytes()
    timeline.note("visits.exported", by=me, rows=rows, filters=asked()[:MOST_RECORDED], format=kind)
    return sent(content, _name(kind), kind)


def _name(kind: str) -> str:
    with speaking("zh_Hans_CN"):
        return enterprise_export.file_name(str(TITLE), unit=bureau("bureau_name"), on=clock.today(), suffix=kind)


def _write(me: User, args: MultiDict[str, str], kind: str, path: Path) -> int:
    """The file is always in Chinese, as the import reads it."""
    with speaking("zh_Hans_CN"):
        return records.write(kind, path, _rows(me, args), title=str(TITLE))


def _rows(me: User, args: MultiDict[str, str]) -> Iterator[Any]:
    """The newest first."""
    query = visit_rows.matching(me, args, Permission.EXPORT)
    return records.of(query.order_by(Visit.visited_on.desc(), Visit.id.desc()))


def run(args: Any, progress: jobs.Progress) -> dict[str, Any]:
    """The background job: rights are those the person has when it runs."""
    me = db.session.get_one(User, args["user"])
    wanted = MultiDict(parse_qsl(args["query"]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits"
        rows = _write(me, wanted, args["format"], path)
        with path.open("rb") as file:
            stashed = store.stash(file, most=LARGEST_FILE)
    with writing():
        kept = store.keep(stashed, name=_name(args["format"]), media_type=TYPES[args["format"]], by_id=me.id)
        timeline.record(
            None, "visits.exported", by=me, rows=rows, filters=args["query"][:MOST_RECORDED], format=args["format"]
        )
    return {"file": kept.id, "rows": rows}


def install() -> None:
    enterprise_export.KINDS.add(KIND)
    jobs.register(
        KIND, run, label=say("Export of visits"),
        then=lambda job: ("desk.exported", {"job_id": job.id}), gives_file=True,
    )  # fmt: skip
