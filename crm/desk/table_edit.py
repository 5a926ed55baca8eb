"""Editing in the table: the page shown becomes a grid, one check page, one save, undo for a day."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import HiddenField, SelectField

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm, Form
from crm.core.lists import Listing
from crm.core.typed import id_from, ids_from
from crm.core.web import go, page, safe_next, told
from crm.core.words import say
from crm.desk import cells
from crm.desk.cells import Edit
from crm.desk.enterprise_rows import matching_ids
from crm.desk.views import bp
from crm.enterprises import extras, units
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.enterprises.undo_models import UndoStep
from crm.permissions import Permission
from crm.tiers import words

MOST = 500
UNCHANGED = "="


class GridForm(Form):
    """`was` holds what the cells showed, as JSON: id → column → text."""

    was = HiddenField()


class ChangesForm(Form):
    """The check page: what is to be written, as JSON, and where to go on."""

    changes = HiddenField()
    back = HiddenField()


class SetManyForm(Form):
    tier = SelectField(_l("Tier"))
    territory = SelectField(_l("Territory"))
    ids = HiddenField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep = (UNCHANGED, say("Leave as it is"))
        self.tier.choices = [keep, ("", say("No tier")), *words.tier_choices()]
        self.territory.choices = [keep, ("", say("None")), *units.territories()]


def offer_grid(listing: Listing, me: User) -> None:
    """Turn the rows of the page shown into inputs; those the person may not change stay as they are."""
    shown = cells.of([row.id for row in listing.rows], me)
    choices = {"tier": [("", ""), *words.tier_choices()], "territory": [("", ""), *units.territories()]}
    listing.columns = [
        replace(
            column,
            kind="text",
            align="",
            value=_cell_of(shown, column.key),
            choices=choices.get(column.key, column.choices),
        )
        if column.editable
        else column
        for column in listing.columns
    ]
    listing.grid = GridForm()
    if not listing.grid.is_submitted():
        kept = {str(row_id): row for row_id, row in shown.items()}
        listing.grid.was.data = json.dumps(kept, ensure_ascii=False)
    listing.grid_url = listing.url(grid=None)


def _cell_of(shown: dict[int, cells.Cells], key: str) -> Any:
    return lambda row: shown[row.id].get(key, "")


def submitted(listing: Listing) -> list[Edit]:
    """What was typed over what the page had shown."""
    was = _json(listing.grid.was.data)
    names = {row.id: row.name for row in listing.rows}
    edits = []
    for row_id, before in was.items():
        typed = {key: request.form.get(f"{row_id}-{key}", text).strip() for key, text in before.items()}
        changes = {key: [before[key], text] for key, text in typed.items() if text != before[key]}
        if changes and (number := id_from(row_id) or 0) in names:
            edits.append(Edit(number, names[number], changes))
    return edits


class _Rehearsed(Exception):
    """Raised at the end of a rehearsal, so that nothing of it stays."""


def refusals(listing: Listing, edits: list[Edit], me: User) -> int | None:
    """Mark the cells that cannot be saved; None when all can, else the status: 409 somebody was first, 422 unfit."""
    now = cells.of([edit.enterprise_id for edit in edits], me)
    for edit in edits:
        for key, why in cells.compared(edit, now.get(edit.enterprise_id, {})).items():
            listing.cell_errors[(edit.enterprise_id, key)] = why
    if listing.cell_errors:
        was = {**_json(listing.grid.was.data), **{str(row_id): row for row_id, row in now.items()}}
        listing.grid.was.data = json.dumps(was, ensure_ascii=False)
        return 409
    try:
        with writing():
            cells.write(edits, by=me, kind="enterprise.edited_in_table")
            raise _Rehearsed
    except _Rehearsed:
        return None
    except RuleBroken as broken:
        for obstacle in broken.obstacles:
            row_id, _, key = obstacle.field.partition("-")
            listing.cell_errors[(int(row_id), key)] = obstacle.why
        return 422


def _json(text: str | None) -> Any:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        abort(400)
    return found


def check_page(edits: list[Edit], back: str, *, status: int | None = None, problems: RuleBroken | None = None) -> Any:
    """Old → new, row by row, and the button that saves all of it."""
    form = ChangesForm(formdata=None)
    form.back.data = back
    form.changes.data = json.dumps([[e.enterprise_id, e.changes] for e in edits], ensure_ascii=False)
    refused = {o.field: o.why for o in problems.obstacles} if problems else {}
    told_labels = cells.labels(extras.fields())
    return page(
        "desk/table_check.html", form, status=status, edits=edits, labels=told_labels, in_words=cells.in_words,
        refused=refused, back=back,
    )  # fmt: skip


@bp.post("/enterprises/table")
@requires(Permission.ENTERPRISE_EDIT)
def save_table() -> ResponseReturnValue:
    """Write what the check page showed; when a cell says something else by now, nothing is written."""
    me, form = signed_in(), ChangesForm()
    edits = _edits(_json(form.changes.data), me)
    back = safe_next(form.back.data, url_for("desk.enterprises"))
    if not edits:
        abort(404)
    if not form.validate_on_submit():
        return check_page(edits, back, status=422)
    return _save(edits, me, back)


def _save(edits: list[Edit], me: User, back: str) -> ResponseReturnValue:
    now = cells.of([edit.enterprise_id for edit in edits], me)
    stale = [replace(e, conflicts=cells.compared(e, now.get(e.enterprise_id, {}))) for e in edits]
    if any(edit.conflicts for edit in stale):
        return check_page(stale, back, status=409)
    try:
        with writing():
            step = cells.write(edits, by=me, kind="enterprise.edited_in_table")
    except RuleBroken as broken:
        return check_page(edits, back, status=422, problems=broken)
    told(say("Cells saved: %(n)s", n=sum(len(e.changes) for e in edits)), undo=url_for("desk.undo", step_id=step.id))
    return go(back)


def _edits(rows: Any, me: User) -> list[Edit]:
    """The submitted changes of enterprises this person may edit; of others nothing is taken."""
    wanted = {int(row_id): changes for row_id, changes in rows} if isinstance(rows, list) else {}
    query = select(Enterprise.id, Enterprise.name).where(
        Enterprise.id.in_(list(wanted)[:MOST]), within(me, Permission.ENTERPRISE_EDIT)
    )
    return [
        Edit(row_id, name, {str(k): [str(v[0]), str(v[1])] for k, v in wanted[row_id].items()})
        for row_id, name in db.session.execute(query.order_by(Enterprise.sort_key, Enterprise.id))
    ]


@bp.route("/enterprises/set-many", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def set_many() -> ResponseReturnValue:
    """Tier or territory of the ticked rows, or of all that match: choose, check, save."""
    me, form = signed_in(), SetManyForm()
    if not form.is_submitted():
        form.ids.data = ",".join(map(str, _ids(me)))
        form.tier.data = form.territory.data = UNCHANGED
    ids = ids_from((form.ids.data or "").split(","))[:MOST]
    editable = select(Enterprise.id, Enterprise.name).where(
        Enterprise.id.in_(ids), within(me, Permission.ENTERPRISE_EDIT)
    )
    names = dict(db.session.execute(editable.order_by(Enterprise.sort_key, Enterprise.id)).all())
    if not names:
        abort(404)
    if form.validate_on_submit():
        if edits := _set_edits(form, names, me):
            return check_page(edits, url_for("desk.enterprises"))
        form.refuse(say("Choose what is to change: these enterprises have it already"))
    return page("desk/set_many.html", form, names=names, others=len(set(ids)) - len(names), most=MOST)


def _ids(me: User) -> list[int]:
    if request.args.get("all"):
        ids, *_ = matching_ids(me, request.args, Permission.ENTERPRISE_EDIT)
        return list(db.session.scalars(ids.limit(MOST)))
    return ids_from(request.args.getlist("id")[:MOST])


def _set_edits(form: SetManyForm, names: dict[int, str], me: User) -> list[Edit]:
    wanted = {key: form[key].data for key in ("tier", "territory") if form[key].data != UNCHANGED}
    edits = []
    for row_id, now in cells.of(list(names), me).items():
        if changes := {key: [now[key], text] for key, text in wanted.items() if now[key] != text}:
            edits.append(Edit(row_id, names[row_id], changes))
    return edits


@bp.post("/undo/<int:step_id>")
@requires(Permission.ENTERPRISE_EDIT)
def undo(step_id: int) -> ResponseReturnValue:
    """Take one's own act back within a day; refused, with the cells, when somebody changed them since."""
    me = signed_in()
    step = db.session.get(UndoStep, step_id)
    if step is None or step.by_id != me.id or step.undone_at or clock.now() - step.at > cells.KEPT:
        abort(404)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        touched = cells.undo(step, by=me)
    if touched:
        return page("desk/undo_refused.html", status=409, touched=touched, labels=cells.labels(extras.fields()))
    told(say("Taken back"))
    return go("desk.enterprises")
