"""The later steps of an import: its check, writing it, taking it back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import requires, signed_in
from crm.accounts.models import User
from crm.accounts.queries import units_of
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import ButtonForm
from crm.core.list_parts import Column, Empty
from crm.core.lists import Listing
from crm.core.web import fragment, go, page, told
from crm.core.words import Say, say
from crm.imports import applying, queries, services, undoing
from crm.imports.forms import WriteForm
from crm.imports.kinds import KINDS
from crm.imports.labels import BLOCK_TITLES, STATES, ShownRow, shown
from crm.imports.marking import write_error_book
from crm.imports.models import ImportRow, ImportRun, RunState
from crm.imports.touched import Touched
from crm.imports.views import bp, sent
from crm.jobs.models import Job

FIRST = 8
SHOWN = ("error", "doubt", "change", "deputy", "new", "update")
BESIDE_CHANGES = ("error", "doubt", "change", "deputy", "new", "other")
"""A changed commissioner has a block of its own and does not stand among the others again."""


@bp.get("/imports/<int:run_id>")
@requires(*queries.MAY_OPEN)
def run(run_id: int) -> ResponseReturnValue:
    """Wherever the run stands: working, checked, written, taken back."""
    me = signed_in()
    found = queries.load(run_id, me)
    job, mine = _job_of(found), queries.may_work_on(found, me)
    if found.state == RunState.COLUMNS and mine:
        return go("imports.columns", run_id=found.id)
    if found.state != RunState.CHECKING and fragment("progress"):
        return go("imports.run", run_id=found.id)  # the bar asked until the end: now the whole next page
    if found.state == RunState.CHECKED:
        return _check_page(found, _write_form(found, me) if mine else None)
    return page("imports/run.html", **_about(found, me), job=job, why=services.problem(found), button=ButtonForm())


def _job_of(found: ImportRun) -> Job | None:
    """The check under way. One that ended between the two looks has moved the run on: that is read again."""
    job = db.session.get(Job, found.job_id) if found.state == RunState.CHECKING and found.job_id else None
    if job and not job.is_open:
        db.session.refresh(found)
    return job


def _about(found: ImportRun, me: User) -> dict[str, Any]:
    mine = queries.may_work_on(found, me)
    return {
        "run": found, "kind": KINDS[found.kind], "mine": mine, "state": STATES[found.state],
        "may_undo": mine and undoing.may_undo(found), "counts": found.counts or {},
    }  # fmt: skip


def _write_form(found: ImportRun, me: User) -> WriteForm:
    hands_over = queries.counted(found)["change"] > 0
    return WriteForm(found, units_of(me, KINDS[found.kind].permission), hands_over=hands_over)


def _check_page(
    found: ImportRun, form: WriteForm | None, *, status: int | None = None, stale: Say | None = None
) -> Response:
    me = signed_in()
    numbers = queries.counted(found)
    blocks = {
        block: _first_rows(found, block, me)
        for block in (BESIDE_CHANGES if numbers["change"] else SHOWN)
        if numbers[block]
    }
    notices = [Say.from_json(stored) for stored in found.notices]
    return page(
        "imports/check.html", form, **_about(found, me), status=status, stale=stale, numbers=numbers, blocks=blocks,
        titles=BLOCK_TITLES, notices=notices, button=ButtonForm(),
    )  # fmt: skip


def _first_rows(found: ImportRun, block: str, me: User) -> list[ShownRow]:
    rows = db.session.scalars(queries.rows(found, block).limit(FIRST))
    return [shown(found, row, is_own=found.by_id == me.id, block=block) for row in rows]


@bp.get("/imports/<int:run_id>/rows/<block>")
@requires(*queries.MAY_OPEN)
def rows(run_id: int, block: str) -> ResponseReturnValue:
    """All rows of one block of the check, page by page."""
    me = signed_in()
    found = queries.load(run_id, me)
    if block not in queries.BLOCKS:
        abort(404)
    listing = Listing("import-rows", BLOCK_TITLES[block], _columns(found.kind, block), tie=ImportRow.id)
    listing.empty = Empty(say("No such rows"), say("This import has none of these; go back to see all of it."))
    listing.take(queries.rows(found, block))
    listing.rows = [shown(found, row, is_own=found.by_id == me.id, block=block) for row in listing.rows]
    return page("imports/rows.html", listing=listing, run=found, block=block, words=BLOCK_TITLES[block])


def _columns(kind: str, block: str) -> list[Column]:
    return [
        Column(
            "name",
            say("Enterprise") if kind != "people" else say("Full name"),
            width="wide",
            value=lambda row: row.name,
        ),
        Column("place", say("Place in the file"), phone=True, value=lambda row: f"{row.sheet} {row.number}"),
        Column("what", say("What is wrong") if block == "error" else say("What changes"), phone=True, width="wide"),
    ]


@bp.post("/imports/<int:run_id>/write")
@requires(*queries.MAY_WORK)
def write(run_id: int) -> ResponseReturnValue:
    me = signed_in()
    found = queries.load(run_id, me, own=True)
    if found.state != RunState.CHECKED:
        return go("imports.run", run_id=run_id)
    form = _write_form(found, me)
    if form.validate_on_submit():
        try:
            with form.showing(RuleBroken):
                done = applying.apply(run_id, by=me, choices=form.choices, skips_errors=request.form.get("skip") == "1")
                told(say("%(new)s new, %(update)s changed", **done))
                return go("imports.run", run_id=run_id)
        except Stale as stale:
            return _stale_page(run_id, form, stale)
    return _check_page(queries.load(run_id, me), form)


def _stale_page(run_id: int, form: WriteForm, stale: Stale) -> ResponseReturnValue:
    """Nothing was written; what was typed is kept for the next check."""
    me = signed_in()
    if isinstance(stale.current, ImportRun):
        return go("imports.run", run_id=run_id)
    with writing():
        services.keep_choices(db.session.get_one(ImportRun, run_id), form.typed)
    return _check_page(queries.load(run_id, me), form, status=409, stale=services.changed_since(stale))


@bp.post("/imports/<int:run_id>/check")
@requires(*queries.MAY_WORK)
def check_again(run_id: int) -> ResponseReturnValue:
    found, form = queries.load(run_id, signed_in(), own=True), ButtonForm()
    if form.validate_on_submit() and found.state in services.OPEN:
        with writing():
            services.check_later(found, {}, by=signed_in())
    return go("imports.run", run_id=run_id)


@bp.post("/imports/<int:run_id>/discard")
@requires(*queries.MAY_WORK)
def discard(run_id: int) -> ResponseReturnValue:
    found, form = queries.load(run_id, signed_in(), own=True), ButtonForm()
    if form.validate_on_submit() and found.state in services.OPEN:
        with writing():
            services.discard(found, by=signed_in())
        told(say("The import was discarded, nothing was written"))
        return go("imports.runs")
    return go("imports.run", run_id=run_id)


@bp.post("/imports/<int:run_id>/undo")
@requires(*queries.MAY_WORK)
def undo(run_id: int) -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    queries.load(run_id, me, own=True)
    if not form.validate_on_submit():
        return go("imports.run", run_id=run_id)
    try:
        undoing.undo(run_id, by=me)
        told(say("The import was taken back"))
    except Stale:
        pass  # somebody was first: the page shows it
    except RuleBroken as broken:
        told(broken.obstacles[0].why, kind="error")
    except Touched as touched:
        return page("imports/touched.html", status=409, run=queries.load(run_id, me), names=touched.names)
    return go("imports.run", run_id=run_id)


@bp.get("/imports/<int:run_id>/errors.xlsx")
@requires(*queries.MAY_WORK)
def error_book(run_id: int) -> Response:
    """The file as it came, bad cells marked, a reason in each bad row."""
    found = queries.load(run_id, signed_in(), own=True)
    if found.state not in (RunState.CHECKED, RunState.WRITTEN) or not found.counts.get("error"):
        abort(404)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "errors.xlsx"
        write_error_book(found, target)
        return sent(target.read_bytes(), say("%(file)s with errors marked", file=Path(found.file.name).stem))


def address(found: ImportRun) -> str:
    return url_for("imports.run", run_id=found.id)
