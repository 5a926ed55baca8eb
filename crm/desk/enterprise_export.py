"""The list as a file that the import reads back unchanged: what is filtered or ticked, as far as the person may see.

Phone numbers stand in full only for the enterprises the person serves. Each export is recorded. Many rows are
written by a background job, and the file waits a day for its owner.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, abort, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, select
from werkzeug.datastructures import MultiDict

from crm import jobs, timeline
from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.journal import parts
from crm.core.pages import speaking
from crm.core.typed import ids_from
from crm.core.words import say
from crm.cultivation import rungs
from crm.desk.enterprise_rows import matching_ids
from crm.desk.exporting_later import asked, later
from crm.desk.views import bp
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.files import store
from crm.files.models import StoredFile
from crm.imports import exporting
from crm.jobs.models import Job, JobState
from crm.permissions import Permission
from crm.sheets.names import file_name

KIND = "export_enterprises"
KINDS = {KIND}
"""Jobs whose result is a file that waits for its owner; other lists add theirs."""
AT_ONCE = 5_000
LARGEST_FILE = 512 * 1024 * 1024
KEPT = timedelta(hours=24)
MOST_RECORDED = 2000
TITLE = say("List of enterprises")
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@bp.route("/enterprises/export", methods=["GET", "POST"])
@requires(Permission.EXPORT, confirmed=True)
def export_enterprises() -> ResponseReturnValue:
    """The file at once, or for many rows the offer to write it in the background."""
    me, kind = signed_in(), request.args.get("format", "xlsx")
    if kind not in TYPES:
        abort(404)
    count, is_more = _count(me, request.args)
    if is_more or count > AT_ONCE:
        return later(me, KIND, file=kind, title=TITLE, rows=count, is_more=is_more, back="desk.enterprises")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        rows = _write(me, request.args, kind, path)
        content = path.read_bytes()
    timeline.note("enterprise.exported", by=me, rows=rows, filters=asked()[:MOST_RECORDED], format=kind)
    return sent(content, _name(kind), kind)


def sent(content: bytes, name: str, kind: str) -> Response:
    """`send_file` writes a Chinese name so that it fits into a header."""
    return send_file(BytesIO(content), mimetype=TYPES[kind], as_attachment=True, download_name=name)


def _name(kind: str) -> str:
    with speaking("zh_Hans_CN"):
        return file_name(str(TITLE), unit=bureau("bureau_name"), on=clock.today(), suffix=kind)


def _chosen(me: User, args: MultiDict[str, str]) -> ColumnElement[bool]:
    """The ticked rows, or all that match; never more than the person may export."""
    ticked = ids_from(args.getlist("id"))
    ids, *_ = matching_ids(me, args, Permission.EXPORT)
    chosen = Enterprise.id.in_(ids)
    return chosen & Enterprise.id.in_(ticked) if ticked and not args.get("all") else chosen


def _count(me: User, args: MultiDict[str, str]) -> tuple[int, bool]:
    """How many rows, and whether there are more: those of a search are counted only as far as it takes."""
    ids, total, capped = matching_ids(me, args, Permission.EXPORT)
    if args.getlist("id") and not args.get("all"):
        return len(args.getlist("id")), False
    if not capped:
        return total, False
    found = len(db.session.scalars(ids.limit(AT_ONCE + 1)).all())
    return min(found, AT_ONCE), found > AT_ONCE


def _write(me: User, args: MultiDict[str, str], kind: str, path: Path) -> int:
    own = set(db.session.scalars(select(Enterprise.id).where(within(me, Permission.CONTACT_DIRECT))))
    where: Sequence[ColumnElement[bool]] = [_chosen(me, args)]
    beside = {"培育梯度": lambda ids: _rungs(ids, me)} if "rung" in args.getlist("columns") else {}
    return exporting.write(kind, path, where=where, masks=lambda row_id: row_id not in own, beside=beside)


def _rungs(ids: Sequence[int], me: User) -> dict[int, str]:
    with speaking("zh_Hans_CN"):
        return {row_id: str(rung) for row_id, rung in rungs.of(ids, me).items()}


def run(args: Any, progress: jobs.Progress) -> dict[str, Any]:
    """The background job: rights are those the person has when it runs."""
    me = db.session.get_one(User, args["user"])
    wanted = MultiDict(parse_qsl(args["query"]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        rows = _write(me, wanted, args["format"], path)
        with path.open("rb") as file:
            stashed = store.stash(file, most=LARGEST_FILE)
    with writing():
        kept = store.keep(stashed, name=_name(args["format"]), media_type=TYPES[args["format"]], by_id=me.id)
        timeline.record(
            None, "enterprise.exported", by=me, rows=rows, filters=args["query"][:MOST_RECORDED], format=args["format"]
        )
    return {"file": kept.id, "rows": rows}


@bp.get("/exports/<int:job_id>")
@requires(Permission.EXPORT, confirmed=True)
def exported(job_id: int) -> ResponseReturnValue:
    """The finished file, for a day and for its owner only."""
    me, job = signed_in(), db.session.get(Job, job_id)
    is_mine = job is not None and job.by_id == me.id and job.kind in KINDS and job.state == JobState.DONE
    if job is None or not is_mine or job.finished_at is None or clock.now() - job.finished_at > KEPT:
        abort(404)
    stored = db.session.get_one(StoredFile, (job.result or {})["file"])
    return sent(store.path_of(stored.stored_as).read_bytes(), stored.name, stored.name.rpartition(".")[2])


def forget_old() -> None:
    """Daily: what waited its day for its owner is marked as removed."""
    old = select(Job.result).where(Job.kind.in_(KINDS), Job.finished_at < clock.now() - KEPT, Job.result.is_not(None))
    ids = [result["file"] for result in db.session.scalars(old)]
    with writing():
        for part in parts(ids):
            for stored in db.session.scalars(
                select(StoredFile).where(StoredFile.id.in_(part), StoredFile.removed_at.is_(None))
            ):
                store.remove(stored)


def install() -> None:
    jobs.every_day("old exports", time(3), forget_old)
    jobs.register(
        KIND, run, label=say("Export of the list"),
        then=lambda job: ("desk.exported", {"job_id": job.id}), gives_file=True,
    )  # fmt: skip
