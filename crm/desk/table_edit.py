"""Editing in the table: the page shown becomes a grid, one check page, one save, undo for a day."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm, Form
from crm.core.lists import Listing
from crm.core.typed import id_from
from crm.core.web import go, page, safe_next, told
from crm.core.words import _, say
from crm.desk import cells, taking_back
from crm.desk.cells import Edit
from crm.desk.views import bp
from crm.enterprises import extras, units
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.enterprises.undo_models import UndoStep
from crm.permissions import Permission
from crm.tiers import words

MOST = 500


class GridForm(Form):
    """`was` holds what the cells showed, as JSON: id → column → text."""

    was = HiddenField()


class ChangesForm(Form):
    """The check page: what is to be written, as JSON, where to go on, and the grid in which it was typed, if any."""

    changes = HiddenField()
    back = HiddenField()
    grid = HiddenField()


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
    kept = {str(row_id): row for row_id, row in shown.items()}
    if listing.grid.is_submitted() and not is_back_again():
        kept.update(_json(listing.grid.was.data))
    listing.grid.was.data = json.dumps(kept, ensure_ascii=False)
    listing.grid_url = listing.url(grid=None)


def _cell_of(shown: dict[int, cells.Cells], key: str) -> Any:
    return lambda row: shown[row.id].get(key, "")


def is_back_again() -> bool:
    """Does this request come back from the check page, to go on typing?"""
    return "again" in request.form


def take_up(listing: Listing, me: User) -> None:
    """The grid as it stands now, with all that was typed over it; cells that somebody else changed are marked."""
    edits = _edits(_json(ChangesForm().changes.data), me)
    listing.typed = {f"{e.enterprise_id}-{key}": pair[1] for e in edits for key, pair in e.changes.items()}
    now = cells.of([row.id for row in listing.rows], me)
    for edit in edits:
        if edit.enterprise_id in now:
            for key, why in cells.compared(edit, now[edit.enterprise_id]).items():
                listing.cell_errors[(edit.enterprise_id, key)] = why
    tell_gone(listing, [edit for edit in edits if edit.enterprise_id not in now])


def tell_gone(listing: Listing, edits: list[Edit]) -> None:
    """Refuse what was typed for rows that left the page, in words, for it has no cell any more."""
    labels = cells.labels(extras.fields())
    for edit in edits:
        typed = "；".join(
            f"{labels.get(key, key)}: {cells.in_words(key, pair[1]) or '--'}" for key, pair in edit.changes.items()
        )
        listing.grid.refuse(
            say("%(name)s is not on this page any more. You had typed: %(typed)s", name=edit.name, typed=typed)
        )


def submitted(listing: Listing, me: User) -> tuple[list[Edit], list[Edit]]:
    """What was typed over what the page had shown: in rows still on it, and in rows that left it meanwhile."""
    changed = {}
    for row_id, before in _json(listing.grid.was.data).items():
        typed = {key: request.form.get(f"{row_id}-{key}", text).strip() for key, text in before.items()}
        changes = {key: [before[key], text] for key, text in typed.items() if text != before[key]}
        if changes and (number := id_from(row_id)):
            changed[number] = changes
    names = {row.id: row.name for row in listing.rows}
    edits = [Edit(number, names[number], changes) for number, changes in changed.items() if number in names]
    known = {edit.enterprise_id: edit.name for edit in _edits([[n, {}] for n in changed if n not in names], me)}
    unlisted = {number: changes for number, changes in changed.items() if number not in names}
    return edits, [Edit(n, known.get(n, _("An enterprise")), changes) for n, changes in unlisted.items()]


def tell_refused(listing: Listing) -> None:
    """Name the marked cells above the table too: they may stand far below."""
    labels, names = cells.labels(extras.fields()), {row.id: row.name for row in listing.rows}
    for (row_id, key), why in listing.cell_errors.items():
        where = f"{names.get(row_id, '')} {labels.get(key, key)}".strip()
        listing.grid.refuse(say("%(label)s: %(value)s", label=where, value=why))


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


def check_page(
    edits: list[Edit], back: str, *, grid: str = "", status: int | None = None, problems: RuleBroken | None = None
) -> Any:
    """Old → new, row by row, and the buttons that save all of it or go back to the grid, where it is still typed."""
    form = ChangesForm(formdata=None)
    form.back.data, form.grid.data = back, grid
    form.changes.data = json.dumps([[e.enterprise_id, e.changes] for e in edits], ensure_ascii=False)
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
    edits = _edits(_json(form.changes.data), me)
    back = safe_next(form.back.data, url_for("desk.enterprises"))
    if not edits:
        abort(404)
    grid = safe_next(form.grid.data, "")
    if not form.validate_on_submit():
        return check_page(edits, back, grid=grid, status=422)
    return _save(edits, me, back, grid)


def _save(edits: list[Edit], me: User, back: str, grid: str) -> ResponseReturnValue:
    now = cells.of([edit.enterprise_id for edit in edits], me)
    stale = [replace(e, conflicts=cells.compared(e, now.get(e.enterprise_id, {}))) for e in edits]
    if any(edit.conflicts for edit in stale):
        return check_page(stale, back, grid=grid, status=409)
    try:
        with writing():
            step = cells.write(edits, by=me, kind="enterprise.edited_in_table")
    except RuleBroken as broken:
        return check_page(edits, back, grid=grid, status=422, problems=broken)
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
    return go("desk.enterprises")
