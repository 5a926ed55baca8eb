"""What was typed in the table is checked, saved in one act, and can be taken back for a day."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import ButtonForm, Form
from crm.core.web import go, page, safe_next, told
from crm.core.words import say
from crm.desk import cells, taking_back
from crm.desk.cells import Edit
from crm.desk.views import bp
from crm.enterprises import extras
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.enterprises.undo_models import UndoStep
from crm.handover.services import lock_firms
from crm.permissions import Permission

MOST = 500


class ChangesForm(Form):
    """The check page: what is to be written, as JSON, where to go on, and the grid in which it was typed, if any."""

    changes = HiddenField()
    back = HiddenField()
    grid = HiddenField()


def check_page(
    edits: list[Edit], back: str, *, grid: str = "", status: int | None = None, problems: RuleBroken | None = None
) -> Any:
    """Old → new, row by row, and the buttons that save all of it or go back to the grid, where it is still typed."""
    form = ChangesForm(formdata=None)
    form.back.data, form.grid.data = back, grid
    form.changes.data = json.dumps([edit.as_json for edit in edits], ensure_ascii=False)
    refused = {o.field: o.why for o in problems.obstacles} if problems else {}
    told_labels = cells.labels(extras.fields())
    return page(
        "desk/table_check.html", form, status=status, edits=edits, labels=told_labels, in_words=cells.in_words,
        refused=refused, back=back, grid=grid,
    )  # fmt: skip


@bp.post("/enterprises/table")
@requires(Permission.ENTERPRISE_EDIT)
def save_table() -> ResponseReturnValue:
    """Write what the check page showed; when a cell says something else by now, nothing is written."""
    me, form = signed_in(), ChangesForm()
    edits = edits_of(read_json(form.changes.data), me)
    back = safe_next(form.back.data, url_for("desk.enterprises"))
    if not edits:
        abort(404)
    grid = safe_next(form.grid.data, "")
    if not form.validate_on_submit():
        return check_page(edits, back, grid=grid, status=422)
    return _save(edits, me, back, grid)


def _save(edits: list[Edit], me: User, back: str, grid: str) -> ResponseReturnValue:
    try:
        with writing():
            lock_firms(*(edit.enterprise_id for edit in edits))
            now = cells.of([edit.enterprise_id for edit in edits], me)
            stale = [replace(e, conflicts=cells.compared(e, now.get(e.enterprise_id, {}))) for e in edits]
            if any(edit.conflicts for edit in stale):
                raise Stale(stale)
            step = cells.write(edits, by=me, kind="enterprise.edited_in_table")
    except Stale as stopped:
        return check_page(stopped.current, back, grid=grid, status=409)
    except RuleBroken as broken:
        return check_page(edits, back, grid=grid, status=422, problems=broken)
    told(say("Cells saved: %(n)s", n=sum(len(e.changes) for e in edits)), undo=url_for("desk.undo", step_id=step.id))
    return go(back)


def edits_of(rows: Any, me: User) -> list[Edit]:
    """The submitted changes of enterprises this person may edit; of others nothing is taken."""
    wanted = {int(row[0]): row[1:] for row in rows} if isinstance(rows, list) else {}
    query = select(Enterprise.id, Enterprise.name).where(
        Enterprise.id.in_(list(wanted)[:MOST]), within(me, Permission.ENTERPRISE_EDIT)
    )
    named = db.session.execute(query.order_by(Enterprise.sort_key, Enterprise.id))
    return [_edit(row_id, name, *wanted[row_id]) for row_id, name in named]


def _edit(row_id: int, name: str, changes: dict[str, Any], signs: dict[str, Any] | None = None) -> Edit:
    """A page opened before the last update of the program has no signs."""
    pairs = {str(key): [str(pair[0]), str(pair[1])] for key, pair in changes.items()}
    return Edit(row_id, name, pairs, signs={str(key): str(text) for key, text in (signs or {}).items()})


def read_json(text: str | None) -> Any:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        abort(400)
    return found


@bp.post("/undo/<int:step_id>")
@requires(Permission.ENTERPRISE_EDIT)
def undo(step_id: int) -> ResponseReturnValue:
    """Take one's own act back within a day; refused with the cells in the way, each with its reason."""
    me = signed_in()
    step = db.session.get(UndoStep, step_id)
    if step is None or step.by_id != me.id or step.undone_at or clock.now() - step.at > cells.KEPT:
        abort(404)
    if not ButtonForm().validate_on_submit():
        abort(400)
    try:
        with writing():
            taking_back.undo(step, by=me)
    except taking_back.NotTakenBack as refused:
        return page("desk/undo_refused.html", status=409, kept=refused.edits, labels=cells.labels(extras.fields()))
    told(say("Taken back"))
    return go(_list_it_stood_on())


def _list_it_stood_on() -> str:
    """The list as it was filtered when the button was pressed."""
    came, here = urlsplit(request.referrer or ""), url_for("desk.enterprises")
    return f"{here}?{came.query}" if came.path == here and came.query else here
