"""Rows of which an enterprise has only one: before a merge those of the entry that goes step aside.

Dated rows are joined in `merge_periods`; a title, name or extra value that both have stays with it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from crm.core.db import db
from crm.enterprises.merge_periods import join_periods
from crm.enterprises.merge_trace import Trace
from crm.enterprises.models import Contact, Enterprise, EnterpriseName, ExtraValue, Presence
from crm.enterprises.serving_models import Assignment, AssignmentOrder, Liaison, Responsibility

MERGED = "merged"


def prepare(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    """Make room, so that every remaining row can be moved by one UPDATE."""
    join_periods(trace, Assignment, kept, gone, {"end_reason": MERGED})
    join_periods(trace, Presence, kept, gone, {"reason": MERGED})
    for model in (Liaison, Responsibility):
        join_periods(trace, model, kept, gone, {})
    for close in PERIODS:
        close(trace, kept, gone)
    _demote(trace, kept, gone)
    _cancel_orders(trace, gone)
    _leave_behind(trace, ExtraValue, ExtraValue.field_id, kept, gone)
    _leave_behind(trace, EnterpriseName, EnterpriseName.name_key, kept, gone)


PERIODS: list[Any] = []
"""What rooms to the right add for their own tables: functions of (trace, kept, gone)."""
TAKEN_BACK: list[Any] = []
"""What they make anew after a merge was taken back: functions of an enterprise."""


def _demote(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    primary = select(Contact).where(Contact.is_primary.is_(True), Contact.removed_on.is_(None))
    if db.session.scalar(primary.where(Contact.enterprise_id == kept.id)) is None:
        return
    for contact in db.session.scalars(primary.where(Contact.enterprise_id == gone.id)).all():
        trace.change(Contact, contact, {"is_primary": False})


def _cancel_orders(trace: Trace, gone: Enterprise) -> None:
    waiting = select(AssignmentOrder).where(
        AssignmentOrder.enterprise_id == gone.id, AssignmentOrder.state == "waiting"
    )
    for order in db.session.scalars(waiting).all():
        trace.change(AssignmentOrder, order, {"state": "cancelled", "outcome": MERGED})


def _leave_behind(trace: Trace, model: Any, same: Any, kept: Enterprise, gone: Enterprise) -> None:
    """Rows of which the kept entry has its own stay with the entry that goes."""
    other = aliased(model)
    mine = select(getattr(other, same.key)).where(other.enterprise_id == kept.id)
    query = select(model).where(model.enterprise_id == gone.id, same.in_(mine))
    for row in db.session.scalars(query).all():
        trace.leave(model.__table__.name, tuple(getattr(row, c.name) for c in model.__table__.primary_key.columns))
