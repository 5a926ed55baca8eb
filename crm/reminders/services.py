"""Reading one's notices."""

from __future__ import annotations

from sqlalchemy import update

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.reminders.models import Reminder


def mark_read(*, by: User, only: int | None = None) -> None:
    """One notice or all of a person's; somebody else's are never touched."""
    mine = update(Reminder).where(Reminder.recipient_id == by.id, Reminder.read_at.is_(None))
    if only is not None:
        mine = mine.where(Reminder.id == only)
    db.session.execute(mine.values(read_at=clock.now()))
