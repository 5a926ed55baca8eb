"""Firms whose next visit is due on a day that becomes a rest day: told, the cadence itself counts months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from crm.core.db import read
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE
from crm.workdays.effects import Effect, Sort
from crm.workdays.rules import Calendar


def find(days: Sequence[date], _after: Calendar) -> list[Effect]:
    e = Enterprise
    rows = read(
        select(e.id, e.name, e.short_name, e.next_visit_due_on)
        .where(IN_ZONE, e.next_visit_due_on.in_(days))
        .order_by(e.next_visit_due_on, e.sort_key)
    )
    return [
        Effect("", r.short_name or r.name, r.next_visit_due_on, r.next_visit_due_on, "desk.enterprise",
               {"enterprise_id": r.id})
        for r in rows
    ]  # fmt: skip


SORT = Sort(say("Visits due on a day that is now a rest day: go there before"), find)
