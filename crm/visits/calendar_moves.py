"""Planned visits whose day becomes a rest day stay where they are, for they are agreed with the firm; they are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.core.db import db
from crm.core.words import say
from crm.visits.models import Visit, VisitState
from crm.workdays.effects import Effect, Sort
from crm.workdays.rules import Calendar


def find(days: Sequence[date], _after: Calendar) -> list[Effect]:
    query = select(Visit).where(Visit.state == VisitState.PLANNED, Visit.visited_on.in_(days))
    people = joinedload(Visit.author), joinedload(Visit.enterprise)
    rows = db.session.scalars(query.options(*people).order_by(Visit.visited_on, Visit.id))
    return [
        Effect(v.author.name, v.enterprise.called, v.visited_on, v.visited_on, "desk.visit", {"visit_id": v.id})
        for v in rows
    ]  # fmt: skip


SORT = Sort(say("Planned visits that now fall on a rest day: they stay, agree on another day"), find)
