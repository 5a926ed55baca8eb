"""Whom to ask at the firm: a line of a mail about an enterprise names one contact, never a number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.enterprises.models import Contact
from crm.reminders import rules
from crm.reminders.kind import Line, lines
from crm.reminders.models import Reminder
from crm.visits.models import Visit


def first_of(enterprise_id: Any) -> ColumnElement[bool]:
    """The firm's first contact, as the condition of a join."""
    return and_(Contact.enterprise_id == enterprise_id, Contact.is_primary, Contact.removed_on.is_(None))


def mailed(reminders: Sequence[Reminder]) -> dict[int, Line]:
    """The lines as a mail has them: whom one met on the visit told of, else the firm's first contact, beside each that
    its kind gave none."""
    words = lines(reminders)
    bare = {number: line.values for number, line in words.items() if line.firm and not line.contact}
    of_visits = _of_visits({v["visit_id"] for v in bare.values() if "visit_id" in v})
    of_firms = _of_firms({v["enterprise_id"] for v in bare.values() if "enterprise_id" in v})
    found = {n: of_visits.get(v.get("visit_id")) or of_firms.get(v.get("enterprise_id")) for n, v in bare.items()}
    return {**words, **{number: replace(words[number], contact=name) for number, name in found.items() if name}}


def name_of(*names: str | None) -> str:
    """The first of these names that may stand in a mail."""
    today = clock.today()
    return next((shown for name in names if (shown := rules.first_words(name or "", today))), "")


def _of_visits(ids: Collection[int]) -> dict[Any, str]:
    query = select(Visit.id, Visit.met, Contact.name).outerjoin(Contact, first_of(Visit.enterprise_id))
    rows = db.session.execute(query.where(among(Visit.id, ids))) if ids else ()
    return {row.id: name_of(row.met, row.name) for row in rows}


def _of_firms(ids: Collection[int]) -> dict[Any, str]:
    query = select(Contact.enterprise_id, Contact.name).where(first_of(Contact.enterprise_id))
    rows = db.session.execute(query.where(among(Contact.enterprise_id, ids))) if ids else ()
    return {row.enterprise_id: name_of(row.name) for row in rows}
