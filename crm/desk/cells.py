"""Cells of the list that are edited in place, as text: read for many enterprises, written for one after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken
from crm.core.unseen import SIGN, sign
from crm.core.words import Say, say
from crm.enterprises import contacts, editing, extras, phones
from crm.enterprises.facts import FACTS, shown
from crm.enterprises.models import Contact, Enterprise
from crm.enterprises.queries import within
from crm.enterprises.undo_models import UndoStep
from crm.permissions import Permission
from crm.tiers import services as tiers
from crm.tiers.words import tier_word

OWN = ("territory", "tier", "contact", "phone")
LABELS: dict[str, Say] = {
    "territory": FACTS["territory"].label,
    "tier": say("Tier"),
    "contact": say("Contact"),
    "phone": say("Phone"),
}
KEPT = timedelta(hours=24)
Cells = dict[str, str]
"""Column → text."""


@dataclass(frozen=True)
class Edit:
    """One enterprise: what its cells showed, and what they are to say. `conflicts` are told per cell, `signs` are those
    of the cells that were shown masked."""

    enterprise_id: int
    name: str
    changes: dict[str, list[str]]
    conflicts: dict[str, Say] = field(default_factory=dict)
    signs: Cells = field(default_factory=dict)

    @property
    def as_json(self) -> list[Any]:
        return [self.enterprise_id, self.changes, self.signs]


def of(ids: Sequence[int], user: User) -> dict[int, Cells]:
    """The editable cells as this person sees them: phones masked where he does not serve the firm."""
    direct = select(Enterprise.id).where(Enterprise.id.in_(ids), within(user, Permission.CONTACT_DIRECT))
    own = set(db.session.scalars(direct))
    found, numbers = as_kept(ids), [field.key for field in extras.fields() if field.is_phone]
    for row_id, cells in found.items():
        if row_id not in own:
            cells[SIGN + "phone"] = _sign_of(row_id, cells["phone"])
            cells["phone"] = phones.masked_all(cells["phone"]) if cells["phone"] else ""
            for key in numbers:
                cells[SIGN + key] = _sign_of(row_id, cells[key], key)
                cells[key] = phones.masked_all(cells[key])
    return found


def _sign_of(row_id: int, text: str, key: str = "phone") -> str:
    return sign("phone of enterprise", row_id, *([key] if key != "phone" else []), value=text)


def as_kept(ids: Sequence[int]) -> dict[int, Cells]:
    """The editable cells with every number whole: to compare and to write, never to show."""
    rows = db.session.execute(
        select(Enterprise.id, Enterprise.territory_id, Enterprise.tier).where(Enterprise.id.in_(ids))
    )
    found = {
        r.id: {"territory": str(r.territory_id or ""), "tier": r.tier or "", "contact": "", "phone": ""} for r in rows
    }
    people = select(Contact.enterprise_id, Contact.name, Contact.phone)
    people = people.where(Contact.enterprise_id.in_(ids), Contact.is_primary.is_(True), Contact.removed_on.is_(None))
    for row_id, name, phone in db.session.execute(people):
        found[row_id].update(contact=name, phone=phone)
    values = extras.values_of(ids)
    for extra in extras.fields():
        for row_id, cells in found.items():
            cells[extra.key] = values.get(row_id, {}).get(extra.id, "")
    return found


def labels(fields: Iterable[extras.Extra]) -> dict[str, Say | str]:
    return {**LABELS, **{extra.key: extra.label for extra in fields}}


def in_words(key: str, text: str) -> str:
    """A cell for reading: names of unit and tier."""
    return tier_word(text) if key == "tier" else shown(key, text)


def compared(edit: Edit, now: Cells, seen: Cells | None = None) -> dict[str, Say]:
    """Cells that say something else by now than what the page had shown; told as in `seen`, else as in `now`."""
    told = now if seen is None else seen
    return {
        key: say("Changed by somebody else meanwhile, now: %(text)s", text=in_words(key, told.get(key, "")) or "--")
        for key in edit.changes
        if _is_other(edit, key, now)
    }


def _is_other(edit: Edit, key: str, now: Cells) -> bool:
    """Numbers are compared by their signs: then and now they may be masked or not."""
    before, after = edit.changes[key]
    row_id, here = edit.enterprise_id, SIGN + key
    if key != "phone" and here not in now and here not in edit.signs:
        return now.get(key, "") not in (before, after)
    then = edit.signs.get(here) or _sign_of(row_id, before, key)
    stands = now.get(here) or _sign_of(row_id, now.get(key, ""), key)
    return stands not in (then, _sign_of(row_id, contacts.tidy_phone(after), key))


def write(edits: Sequence[Edit], *, by: User, kind: str) -> UndoStep:
    """Write all cells, and keep what stood there for a day. Raises RuleBroken with fields named `<id>-<column>`."""
    done: list[list[Any]] = []
    broken: list[Obstacle] = []
    for edit in sorted(edits, key=lambda e: e.enterprise_id):
        enterprise = db.session.get_one(Enterprise, edit.enterprise_id)
        lock(enterprise)
        before = as_kept([enterprise.id])[enterprise.id]
        try:
            write_one(enterprise, {key: pair[1] for key, pair in edit.changes.items()}, by, kind)
        except RuleBroken as refused:
            broken += [Obstacle(f"{enterprise.id}-{o.field}", o.why) for o in refused.obstacles]
            continue
        after = as_kept([enterprise.id])[enterprise.id]
        done.append([enterprise.id, {k: [before[k], after[k]] for k in edit.changes if before[k] != after[k]}])
    if broken:
        raise RuleBroken(broken)
    db.session.execute(delete(UndoStep).where(UndoStep.at < clock.now() - KEPT))
    step = UndoStep(kind=kind, by_id=by.id, changes=[row for row in done if row[1]])
    db.session.add(step)
    db.session.flush()
    return step


def write_one(enterprise: Enterprise, cells: Cells, by: User, kind: str, *, tier_on: date | None = None) -> None:
    """Write the cells of one enterprise, each by the rules of its own; the tier from a day on, else from today."""
    facts = {key: text for key, text in cells.items() if key not in ("tier", "contact", "phone")}
    if facts:
        editing.change(enterprise, facts, by=by, kind=kind)
    if "tier" in cells:
        tiers.set_tier(enterprise, cells["tier"] or None, by=by, on=tier_on)
    if "contact" in cells or "phone" in cells:
        _write_contact(enterprise, cells, by)


def _write_contact(enterprise: Enterprise, cells: Mapping[str, str], by: User) -> None:
    """The primary contact; one without a name is added when a name is typed."""
    contact = contacts.primary_of(enterprise.id)
    values = {"name": cells["contact"]} if "contact" in cells else {}
    if "phone" in cells:
        values["phone"] = cells["phone"]
    if contact is None and not any(values.values()):
        return
    if contact is None and not values.get("name"):
        raise RuleBroken(say("Name the contact first"), "contact")
    try:
        if contact is None:
            contacts.add(enterprise, by=by, **values)
        else:
            contacts.change(contact, enterprise, by=by, **values)
    except RuleBroken as refused:
        column = {"name": "contact"}
        raise RuleBroken([Obstacle(column.get(o.field, o.field), o.why) for o in refused.obstacles]) from refused
