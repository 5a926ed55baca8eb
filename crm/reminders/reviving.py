"""What was cancelled and holds again is told as if it were new: done by mistake and reopened, given away and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, update

from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.reminders.kind import Kind
from crm.reminders.models import Reminder, ReminderState
from crm.reminders.timed import Key, key_of

FRESH = {"cancel_reason": "", "digest_id": None, "read_at": None}


def revive(kind: Kind, rows: Sequence[dict[str, Any]]) -> int:
    """The cancelled reminders with the keys of these rows of `kind.due`, if the kind does not find them gone as well;
    returns how many. Inside `writing()` only."""
    if not rows:
        return 0
    found = _cancelled(kind, {key_of(row): row for row in rows})
    fallen = kind.gone(found)
    planned_at = clock.now()
    again = [
        {"id": each.id, "state": each.state, "enterprise_id": each.enterprise_id, "due_on": each.due_on}
        | {**FRESH, "planned_at": planned_at}
        for each in found
        if each.id not in fallen
    ]
    if again:
        db.session.execute(update(Reminder), again)
    return len(again)


def _cancelled(kind: Kind, rows: Mapping[Key, dict[str, Any]]) -> list[Any]:
    """As they would be planned now. Held until the act ends: another process may be about to revive the same."""
    cancelled = (Reminder.kind == kind.name, Reminder.state == ReminderState.CANCELLED)
    subjects = (Reminder.subject_kind.in_({key[1] for key in rows}), among(Reminder.subject_id, {k[2] for k in rows}))
    query = select(*Reminder.__table__.columns).where(*cancelled, *subjects).order_by(Reminder.id).with_for_update()
    found = [(each, rows.get(key_of(each._mapping))) for each in db.session.execute(query)]
    return [SimpleNamespace(**{**each._mapping, **row}) for each, row in found if row is not None]
