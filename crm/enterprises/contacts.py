"""Contacts at the firm: added, changed, made the primary one, removed and brought back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select, update

from crm.core import clock
from crm.core.db import db, lock, read
from crm.core.errors import RuleBroken
from crm.core.rows_text import rows_text
from crm.core.unseen import SIGN, sign
from crm.core.words import say
from crm.enterprises import phones
from crm.enterprises.models import Contact, Enterprise
from crm.enterprises.search_index import index, index_person
from crm.timeline import Actor, Entry, record

KEPT_AFTER_REMOVAL = timedelta(days=30)
FIELDS = ("name", "position", "phone", "email", "note")


def of(enterprise_id: int, *, removed: bool = False) -> list[Contact]:
    """The contacts, the primary one first; with `removed` those that can still be brought back."""
    return list(db.session.scalars(_of(removed), _given(enterprise_id, removed=removed)))


def shown(enterprise_id: int, *, removed: bool = False) -> Sequence[Any]:
    """The same as plain rows, for a page that only reads."""
    return read(_of(removed), _given(enterprise_id, removed=removed)).all()


class Shown(NamedTuple):
    """A contact as pages show it."""

    id: int
    enterprise_id: int
    name: str
    position: str
    phone: str
    email: str
    note: str
    is_primary: bool
    removed_on: None = None


def beside(enterprise_id: Any) -> Any:
    """`shown` as one text in a statement about something else; `told_beside` reads it."""
    c = Contact
    every = select(c.id, c.enterprise_id, c.name, c.position, c.phone, c.email, c.note, c.is_primary)
    every = every.where(c.enterprise_id == enterprise_id, c.removed_on.is_(None)).order_by(c.is_primary.desc(), c.id)
    return select(rows_text(*every.subquery().c)).scalar_subquery()


def told_beside(text: str | None) -> list[Shown]:
    rows: list[tuple[Any, ...]] = json.loads(text or "[]")
    return [Shown._make((*facts, bool(is_primary), None)) for *facts, is_primary in rows]


def _given(enterprise_id: int, *, removed: bool) -> dict[str, Any]:
    return {"firm": enterprise_id, "since": clock.today() - KEPT_AFTER_REMOVAL} if removed else {"firm": enterprise_id}


@cache
def _of(removed: bool) -> Select[Contact]:
    query = select(Contact).where(Contact.enterprise_id == bindparam("firm"))
    query = query.where(Contact.removed_on > bindparam("since") if removed else Contact.removed_on.is_(None))
    return query.order_by(Contact.is_primary.desc(), Contact.id)


def tidy_phone(text: str) -> str:
    """Each number in its usual spelling, several joined; what is no number stays as it was written."""
    return phones.tidy(text)[:60]


def hidden(contact: Contact) -> dict[str, str]:
    """What others than those who serve the firm are shown of phone and e-mail."""
    shown = {"phone": phones.masked_all(contact.phone), "email": phones.masked_mail(contact.email)}
    return {key: text for key, text in shown.items() if getattr(contact, key)}


def signs(contact: Contact) -> dict[str, str]:
    """What a page remembers of the fields it shows them masked."""
    return {SIGN + key: sign("contact", contact.id, key, value=getattr(contact, key)) for key in ("phone", "email")}


def add(enterprise: Enterprise, *, by: Actor, **fields: str) -> Contact:
    """Add a contact; the first one becomes the primary."""
    lock(enterprise)
    values = _tidy(fields)
    contact = Contact(enterprise_id=enterprise.id, is_primary=primary_of(enterprise.id) is None, **values)
    db.session.add(contact)
    db.session.flush()
    index_person(enterprise, contact)
    record(enterprise.id, "contact.added", by=by, subject=("contact", contact.id), name=contact.name)
    return contact


def change(contact: Contact, enterprise: Enterprise, *, by: Actor, **fields: str) -> list[str]:
    """Bring a contact up to date; returns the fields that changed. What is masked is never taken for new."""
    lock(enterprise)
    values = _tidy(fields, was=contact.phone)
    changed = [key for key, value in values.items() if getattr(contact, key) != value]
    for key in changed:
        setattr(contact, key, values[key])
    if changed:
        db.session.flush()
        index(enterprise)
        record(
            enterprise.id, "contact.changed", by=by, subject=("contact", contact.id), name=contact.name, fields=changed
        )
    return changed


def make_primary(contact: Contact, enterprise: Enterprise, *, by: Actor) -> None:
    lock(enterprise)
    _demote(enterprise.id)
    contact.is_primary = True
    db.session.flush()
    record(enterprise.id, "contact.made_primary", by=by, subject=("contact", contact.id), name=contact.name)


def remove(contact: Contact, enterprise: Enterprise, *, by: Actor) -> None:
    """Take a contact away; the oldest of the others becomes the primary. It can be brought back for 30 days."""
    lock(enterprise)
    contact.removed_on, was_primary = clock.today(), contact.is_primary
    contact.is_primary = False
    db.session.flush()
    if was_primary and (others := of(enterprise.id)):
        others[0].is_primary = True
        db.session.flush()
    index(enterprise)
    record(
        enterprise.id, "contact.removed", by=by, subject=("contact", contact.id), name=contact.name, primary=was_primary
    )


def restore(contact: Contact, enterprise: Enterprise, *, by: Actor) -> None:
    """Bring a removed contact back."""
    lock(enterprise)
    contact.removed_on = None
    contact.is_primary = primary_of(enterprise.id) is None
    db.session.flush()
    index(enterprise)
    record(enterprise.id, "contact.restored", by=by, subject=("contact", contact.id), name=contact.name)


def primary_of(enterprise_id: int) -> Contact | None:
    query = select(Contact).where(Contact.enterprise_id == enterprise_id, Contact.is_primary.is_(True))
    return db.session.scalar(query.where(Contact.removed_on.is_(None)))


def last_editor(contact: Contact) -> str:
    """The name of whoever changed this contact last."""
    query = select(Entry.actor_name).where(Entry.subject_kind == "contact", Entry.subject_id == contact.id)
    return db.session.scalar(query.order_by(Entry.id.desc()).limit(1)) or ""


def _demote(enterprise_id: int) -> None:
    query = update(Contact).where(Contact.enterprise_id == enterprise_id, Contact.is_primary.is_(True))
    db.session.execute(query.values(is_primary=False, updated_at=clock.now()))


def _tidy(fields: dict[str, str], *, was: str = "") -> dict[str, str]:
    """What was typed in its usual spelling; too few or too many digits stay only where they stood already (`was`)."""
    values = {key: (fields[key] or "").strip() for key in FIELDS if key in fields}
    if "name" in values and not values["name"]:
        raise RuleBroken(say("The name is missing"), "name")
    if "phone" in values:
        if phones.is_masked(values["phone"]):
            raise RuleBroken(say("This number is masked: type it in full"), "phone")
        if values["phone"] != was and (wrong := phones.problem(values["phone"], words_may_stand=True)):
            raise RuleBroken(wrong, "phone")
        values["phone"] = tidy_phone(values["phone"])
    if phones.is_masked_mail(values.get("email", "")):
        raise RuleBroken(say("This e-mail is masked: type it in full"), "email")
    return values
