"""Putting a firm into the register."""

from __future__ import annotations

from typing import Any

from crm.accounts.models import Unit
from crm.core import clock
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.enterprises import contacts, names, pinyin
from crm.enterprises import credit_code as codes
from crm.enterprises.editing import clashes
from crm.enterprises.models import Contact, Enterprise, Presence
from crm.enterprises.search_index import index
from crm.timeline import Actor, record


def add_enterprise(*, name: str, unit: Unit, by: Actor, credit_code: str | None = None, **fields: Any) -> Enterprise:
    """Add a firm, present in the zone from today; without a code it is provisional.

    Raises RuleBroken when another firm has the code, or waits for one under the same name.
    """
    tidy = names.tidy(name)
    made = Enterprise(
        name=tidy, name_key=names.normal(tidy), sort_key=pinyin.sort_key(tidy), unit_id=unit.id,
        credit_code=codes.normal(credit_code) if credit_code else None, **fields,
    )  # fmt: skip
    if broken := clashes(made):
        raise RuleBroken(broken)
    db.session.add(made)
    db.session.flush()
    db.session.add(Presence(enterprise_id=made.id, from_on=clock.today(), reason="added"))
    index(made)
    record(made.id, "enterprise.added", by=by, subject=("enterprise", made.id), name=tidy, credit_code=made.credit_code)
    return made


def add_contact(enterprise: Enterprise, *, name: str, by: Actor, phone: str = "", position: str = "") -> Contact:
    """Add a contact; the first one becomes the primary."""
    return contacts.add(enterprise, by=by, name=name, phone=phone, position=position)
