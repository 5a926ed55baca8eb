"""What a ledger says of each firm for a span of days, as it stood on the last of them: due, done, last, next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from crm.core.db import read
from crm.core.months import months_later
from crm.enterprises.serving_models import Assignment
from crm.tiers import cadence, rules
from crm.visits.models import Visit, VisitState


@dataclass(frozen=True)
class Stood:
    """`due`: visits asked for in these days, None without an interval; `next_on`: due next, seen from the last day."""

    done: int
    due: int | None
    last_on: date | None
    next_on: date | None


def stood(rows: Sequence[Any], since: date, until: date, as_of: date) -> dict[int, Stood]:
    """By id of the firm, seen from `as_of`, the last of the days or today if that is earlier.

    `rows` have id, tier and the last_visit_on of today, which counts where it was carried over from another system.
    """
    ids = [row.id for row in rows]
    visits, served, begun = _visits(ids, since, as_of), _served_since(ids), cadence.go_live()
    known, found = rules.tiers(until), {}
    for row in rows:
        done, before, last = visits.get(row.id, (0, None, None))
        tier = known.get(row.tier or "")
        every = tier.visit_every_months if tier else None
        before, last = _or_carried(before, row, since), _or_carried(last, row, as_of)
        first = cadence.due_on(every, before, served.get(row.id), begun)
        due = None if every is None else visits_due(first, every, since, until)
        found[row.id] = Stood(done, due, last, cadence.due_on(every, last, served.get(row.id), begun))
    return found


def visits_due(first: date | None, every_months: int, since: date, until: date) -> int:
    """How often a visit falls due in these days, when the first is due on `first`; what is overdue is due at once."""
    due, day = 0, max(first, since) if first else None
    while day is not None and day <= until:
        due, day = due + 1, months_later(day, every_months)
    return due


def _or_carried(day: date | None, row: Any, until: date) -> date | None:
    """A last day without a visit of its own was carried over from another system."""
    carried: date | None = row.last_visit_on
    return day or (carried if carried and carried <= until else None)


def _visits(ids: Sequence[int], since: date, until: date) -> dict[int, tuple[int, date | None, date | None]]:
    """Those within the days; the last day before them, and the last up to their end."""
    day = Visit.visited_on
    sums = (
        func.count(case((day >= since, 1))).label("done"),
        func.max(case((day < since, day))).label("before"),
        func.max(day).label("last"),
    )
    took_place = (Visit.state == VisitState.DONE, Visit.counts.is_(True), day <= until, Visit.enterprise_id.in_(ids))
    query = select(Visit.enterprise_id, *sums).where(*took_place).group_by(Visit.enterprise_id)
    return {row.enterprise_id: (row.done, row.before, row.last) for row in read(query).all()}


def _served_since(ids: Sequence[int]) -> dict[int, date]:
    held = (Assignment.enterprise_id.in_(ids), Assignment.ended_on.is_(None))
    return {row.enterprise_id: row.started_on for row in read(
        select(Assignment.enterprise_id, Assignment.started_on).where(*held)
    )}  # fmt: skip
