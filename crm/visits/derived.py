"""What the visits of an enterprise say about it: the last visit, the last contact. Written by Core UPDATE."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, bindparam, case, func, or_, select

from crm.core.db import db
from crm.enterprises import derived
from crm.enterprises.models import Enterprise
from crm.tiers import cadence
from crm.timeline import Entry
from crm.visits.models import Visit, VisitState


def recorded(enterprise: Enterprise, day: date, *, counts: bool) -> None:
    """A visit was recorded at an enterprise that the act holds: its last days and its next one, in one statement."""
    contact = _latest(enterprise.last_contact_on, day)
    if not counts:
        derived.write(enterprise.id, derived.Columns(last_contact_on=contact))
        return
    visit = _latest(enterprise.last_visit_on, day) or day
    values = {"contact": contact, "visit": visit, "due": cadence.after_visit(enterprise, visit)}
    derived.write(enterprise.id, _days(), **values)


@cache
def _days() -> derived.Columns:
    contact, visit, due = (bindparam(name, type_=Date()) for name in ("contact", "visit", "due"))
    return derived.Columns(
        last_contact_on=contact, last_visit_on=visit, next_visit_due_on=cadence.if_served(due)
    ).kept()


def moved_on(enterprise_id: int, day: date, *, counts: bool) -> None:
    """The last contact and, for kinds that count, the last visit never move back by a later entry."""
    changes: dict[str, Any] = {"last_contact_on": _later(Enterprise.last_contact_on, day)}
    if counts:
        changes["last_visit_on"] = _later(Enterprise.last_visit_on, day)
    derived.write(enterprise_id, derived.Columns(**changes))


def catch_up(enterprise_ids: Sequence[int]) -> None:
    """After visits came from another enterprise: the last days are at least those of its visits."""
    for enterprise_id, counts, day in _newest(enterprise_ids):
        moved_on(enterprise_id, day, counts=counts)


def fall_back(enterprise_ids: Sequence[int]) -> None:
    """After a visit was voided, moved away or corrected: the last days are those of the visits that are left, or what
    a roster had said before there were any."""
    for enterprise_id in enterprise_ids:
        days = {counts: day for _id, counts, day in _newest([enterprise_id])}
        carried = _carried_over(enterprise_id)
        visit = _latest(days.get(True), carried)
        derived.write(
            enterprise_id, derived.Columns(last_visit_on=visit, last_contact_on=_latest(days.get(False), visit))
        )
    cadence.refresh(list(enterprise_ids))


def _newest(enterprise_ids: Sequence[int]) -> Sequence[Any]:
    done = select(Visit.enterprise_id, Visit.counts, func.max(Visit.visited_on)).where(
        Visit.enterprise_id.in_(enterprise_ids), Visit.state == VisitState.DONE
    )
    return db.session.execute(done.group_by(Visit.enterprise_id, Visit.counts)).all()


def _carried_over(enterprise_id: int) -> date | None:
    """The last visit before this system, as the newest roster told it."""
    told = select(Entry).where(Entry.enterprise_id == enterprise_id, Entry.kind == "visit.carried_over")
    entry = db.session.scalars(told.order_by(Entry.id.desc()).limit(1)).first()
    day = (entry.body or {}).get("on") if entry is not None else None
    return date.fromisoformat(str(day)) if day else None


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _later(column: Any, day: date) -> ColumnElement[Any]:
    return case((or_(column.is_(None), column < day), day), else_=column)
