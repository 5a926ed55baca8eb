"""An act on many cells is taken back: all of it, or nothing and the reason for every cell in the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import Say, say
from crm.desk import cells
from crm.desk.cells import Edit
from crm.enterprises import contacts
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.enterprises.undo_models import UndoStep
from crm.permissions import Permission
from crm.tiers.queries import open_tier


class NotTakenBack(Exception):
    """Nothing was written; `edits` carry the reasons as their conflicts, one out of reach under the key ""."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = list(edits)
        super().__init__("an act could not be taken back")


def undo(step: UndoStep, *, by: User) -> None:
    """Take an act back. Raises NotTakenBack when a cell says something else by now or cannot be put back."""
    lock(step)
    firms = _locked([row[0] for row in step.changes])
    edits = [
        Edit(row_id, firms[row_id].name, {key: [after, before] for key, (before, after) in changes.items()})
        for row_id, changes in step.changes
        if row_id in firms
    ]
    _refuse(edits, _obstacles(edits, by))
    _refuse(
        edits, {e.enterprise_id: _put_back(firms[e.enterprise_id], e, by, clock.local(step.at).date()) for e in edits}
    )
    step.undone_at = clock.now()
    db.session.flush()


def _locked(ids: Sequence[int]) -> dict[int, Enterprise]:
    query = select(Enterprise).where(Enterprise.id.in_(ids)).order_by(Enterprise.id)
    firms = {firm.id: firm for firm in db.session.scalars(query)}
    for firm in firms.values():
        lock(firm)
    return firms


def _refuse(edits: Sequence[Edit], why: dict[int, dict[str, Say]]) -> None:
    if any(why.values()):
        raise NotTakenBack(
            [Edit(e.enterprise_id, e.name, e.changes, why[e.enterprise_id]) for e in edits if why[e.enterprise_id]]
        )


def _obstacles(edits: Sequence[Edit], by: User) -> dict[int, dict[str, Say]]:
    """Firms out of reach by now, and cells changed since: compared as they are, told as this person sees them."""
    ids = [edit.enterprise_id for edit in edits]
    mine = set(
        db.session.scalars(select(Enterprise.id).where(Enterprise.id.in_(ids), within(by, Permission.ENTERPRISE_EDIT)))
    )
    now, seen = cells.as_kept(ids), cells.of(ids, by)
    return {
        n: cells.compared(edit, now[n], seen[n]) if n in mine else {"": say("You may not change this enterprise now")}
        for edit in edits
        for n in [edit.enterprise_id]
    }


def _put_back(firm: Enterprise, edit: Edit, by: User, day: date) -> dict[str, Say]:
    """Write what stood there before the act of that day; returns why not, per cell."""
    before = {key: pair[1] for key, pair in edit.changes.items()}
    try:
        if before.get("contact") == "":
            _remove_added(firm, by)
            before = {key: text for key, text in before.items() if key not in ("contact", "phone")}
        cells.write_one(firm, before, by, "enterprise.edit_undone", tier_on=_since(firm, day))
    except RuleBroken as refused:
        return {obstacle.field: obstacle.why for obstacle in refused.obstacles}
    return {}


def _since(firm: Enterprise, day: date) -> date | None:
    """The day of the act, if its tier is still the one that began then: then no trace of it stays in the history."""
    current = open_tier(firm.id)
    return day if current is None or current.from_on <= day else None


def _remove_added(firm: Enterprise, by: User) -> None:
    """There was no contact before the act: the one it added goes again, unless more is known of him by now."""
    contact = contacts.primary_of(firm.id)
    if contact is None:
        return
    if contact.position or contact.email or contact.note:
        raise RuleBroken(say("More was entered about %(name)s since", name=contact.name), "contact")
    contacts.remove(contact, firm, by=by)
