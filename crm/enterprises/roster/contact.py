"""The contact of a roster row: the same name is brought up to date, another one becomes the primary, the old stays."""

from __future__ import annotations

import unicodedata
from typing import Any

from crm.core import clock
from crm.core.journal import Changed
from crm.core.shown import numbers
from crm.core.staging import Line
from crm.enterprises import phones
from crm.enterprises.models import Contact
from crm.enterprises.roster.firms import ContactNow, Firm
from crm.enterprises.roster.parts import Quiet, same_words

COLUMN_OF = {"contact": "name", "contact_position": "position", "phone": "phone", "contact_email": "email"}
NOBODY = ContactNow(0, "", "", "", "", is_primary=False)


class Contacts(Quiet):
    def compare(self, line: Line, firm: Firm | None) -> None:
        said = {key: line.said[key] for key in COLUMN_OF if line.said.get(key) is not None}
        known, primary = meant(firm, said.get("contact")), (firm.primary if firm else None)
        if not said or (said.keys() == {"contact_position"} and known is None):
            return
        for key, value in said.items():
            now = getattr(known or NOBODY, COLUMN_OF[key])
            is_other = (known is None or known != primary) if key == "contact" else not _says_the_same(key, now, value)
            if is_other:
                line.changes[key] = [getattr(primary or NOBODY, COLUMN_OF[key]) or None, value]

    def write(self, lines: list[Line]) -> None:
        touched = [line for line in lines if any(key in line.changes for key in COLUMN_OF)]
        updates: list[Changed] = []
        rows: list[dict[str, Any]] = []
        for line in touched:
            firm = self.batch.firm(line)
            known, primary = meant(firm, line.said.get("contact")), (firm.primary if firm else None)
            values = {COLUMN_OF[key]: pair[1] for key, pair in line.changes.items() if key in COLUMN_OF}
            if primary and known != primary:
                updates.append(_update(line, primary, {"is_primary": False}))
            if known:
                updates.append(_update(line, known, {**values, "is_primary": True}))
            else:
                rows.append(_row(line, values))
        self.batch.journal.update(Contact, updates)
        self.batch.journal.insert(Contact, rows)


def after(firm: Firm | None, line: Line) -> list[ContactNow]:
    """The firm's contacts once the line is written."""
    now = list(firm.contacts) if firm else []
    values = {COLUMN_OF[key]: pair[1] for key, pair in line.changes.items() if key in COLUMN_OF}
    known = meant(firm, line.said.get("contact"))
    if known and values:
        return [contact._replace(**values) if contact == known else contact for contact in now]
    return [*now, NOBODY._replace(**values)] if values else now


def meant(firm: Firm | None, name: str | None) -> ContactNow | None:
    """The contact a row speaks of: the one of this name, or without a name the primary."""
    if firm is None:
        return None
    if name is None:
        return firm.primary
    return next((contact for contact in firm.contacts if same_person(contact.name, name)), None)


def same_person(one: str, other: str) -> bool:
    return _flat(one) == _flat(other)


def _says_the_same(key: str, now: str, value: str) -> bool:
    """A number may stand in the register as somebody typed it: 0571 8691 2345."""
    if key == "phone":
        return [phones.normal(piece) for piece in phones.split(now)] == numbers(value)
    return same_words(now, value)


def _flat(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _update(line: Line, contact: ContactNow, values: dict[str, Any]) -> Changed:
    before = {
        "name": contact.name,
        "position": contact.position,
        "phone": contact.phone,
        "email": contact.email,
        "is_primary": contact.is_primary,
    }
    return Changed(contact.id, line.target, before, {**before, **values, "updated_at": clock.now()})


def _row(line: Line, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "enterprise_id": line.target,
        "name": "",
        "position": "",
        "phone": "",
        "email": "",
        **values,
        "is_primary": True,
    }
