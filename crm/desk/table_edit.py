"""Editing in the table: the page shown becomes a grid, whose cells are told apart from what somebody else saved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import request
from wtforms import HiddenField

from crm.accounts import User
from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.forms import Form
from crm.core.lists import Listing
from crm.core.typed import id_from
from crm.core.unseen import SIGN
from crm.core.words import _, say
from crm.desk import cells
from crm.desk.cells import Edit
from crm.desk.table_saving import ChangesForm, edits_of, read_json
from crm.enterprises import extras, units
from crm.tiers import words


class GridForm(Form):
    """`was` holds what the cells showed, as JSON: id → column → text."""

    was = HiddenField()


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
        kept.update(read_json(listing.grid.was.data))
    listing.grid.was.data = json.dumps(kept, ensure_ascii=False)
    listing.grid_url = listing.url(grid=None)


def _cell_of(shown: dict[int, cells.Cells], key: str) -> Any:
    return lambda row: shown[row.id].get(key, "")


def is_back_again() -> bool:
    """Does this request come back from the check page, to go on typing?"""
    return "again" in request.form


def take_up(listing: Listing, me: User) -> None:
    """The grid as it stands now, with all that was typed over it; cells that somebody else changed are marked."""
    edits = edits_of(read_json(ChangesForm().changes.data), me)
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
    for row_id, before in read_json(listing.grid.was.data).items():
        signs = {key: text for key, text in before.items() if key.startswith(SIGN)}
        cells_of = {key: text for key, text in before.items() if key not in signs}
        typed = {key: request.form.get(f"{row_id}-{key}", text).strip() for key, text in cells_of.items()}
        changes = {key: [before[key], text] for key, text in typed.items() if text != before[key]}
        if changes and (number := id_from(row_id)):
            changed[number] = (changes, signs)
    names = {row.id: row.name for row in listing.rows}
    known = {edit.enterprise_id: edit.name for edit in edits_of([[n, {}, {}] for n in changed if n not in names], me)}
    edits = [
        Edit(n, names.get(n) or known.get(n, _("An enterprise")), changes, signs=signs)
        for n, (changes, signs) in changed.items()
    ]
    return [e for e in edits if e.enterprise_id in names], [e for e in edits if e.enterprise_id not in names]


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
        was = {**read_json(listing.grid.was.data), **{str(row_id): row for row_id, row in now.items()}}
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
