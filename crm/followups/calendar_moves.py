"""Open follow-ups whose day becomes a rest day move to the next working day when a year's notice is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from crm.core.db import db, lock
from crm.core.words import say
from crm.followups import queries, services
from crm.followups.models import Followup
from crm.timeline import Actor
from crm.workdays.effects import Effect, Sort
from crm.workdays.rules import Calendar

REASON = "calendar"


def _on(days: Sequence[date]) -> Select[Followup]:
    chosen = select(Followup).where(queries.OPEN, Followup.due_on.in_(days)).options(joinedload(Followup.enterprise))
    return chosen.order_by(Followup.enterprise_id, Followup.id)


def find(days: Sequence[date], after: Calendar) -> list[Effect]:
    return [
        Effect(
            f.text, f.enterprise.called, f.due_on, after.roll(f.due_on).on, "followups.followup", {"followup_id": f.id}
        )
        for f in db.session.scalars(_on(days))
    ]


def move(days: Sequence[date], after: Calendar, by: Actor) -> int:
    rows = db.session.scalars(_on(days)).all()
    for followup in rows:
        lock(followup.enterprise)
        lock(followup)
        services.move_day(followup, after.roll(followup.due_on).on, reason=REASON, by=by)
    return len(rows)


SORT = Sort(say("Open follow-ups that move to the next working day"), find, move)
