"""When the next visit is due: the tier's interval from the last visit; a derived day, written by Core UPDATE."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update

from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.serving_models import Assignment
from crm.tiers import rules

AT_ONCE = 500


def due_on(
    every_months: int | None, last_visit: date | None, served_since: date | None, go_live: date | None
) -> date | None:
    """Last visit plus the interval; a firm never visited counts from the start of its assignment or of real use.

    None where the tier has no interval or nobody serves the firm.
    """
    if every_months is None or served_since is None:
        return None
    begin = last_visit or max(served_since, go_live or served_since)
    return months_later(begin, every_months)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def refresh(enterprise_ids: Sequence[int]) -> None:
    """Compute the due day of these enterprises anew; called by whoever changed tier, visits or assignment."""
    known, go_live = rules.tiers(clock.today()), _go_live()
    for start in range(0, len(enterprise_ids), AT_ONCE):
        part = list(enterprise_ids[start : start + AT_ONCE])
        changes = []
        for row in db.session.execute(_facts().where(Enterprise.id.in_(part))):
            tier = known.get(row.tier or "") if row.standing == Standing.ACTIVE else None
            due = due_on(tier.visit_every_months if tier else None, row.last_visit_on, row.started_on, go_live)
            if due != row.next_visit_due_on:
                changes.append({"row_id": row.id, "due": due})
        if changes:
            statement = update(Enterprise.__table__).where(Enterprise.__table__.c.id == bindparam("row_id"))
            db.session.connection().execute(statement.values(next_visit_due_on=bindparam("due")), changes)


def _facts() -> Any:
    e = Enterprise
    columns = (e.id, e.tier, e.standing, e.last_visit_on, e.next_visit_due_on, Assignment.started_on)
    served = (Assignment.enterprise_id == e.id) & Assignment.ended_on.is_(None)
    return select(*columns).outerjoin(Assignment, served)


def _go_live() -> date | None:
    text = str(bureau("go_live_on") or "")
    return date.fromisoformat(text) if text else None
