"""A person's notices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from crm.accounts.models import User
from crm.core.db import db
from crm.reminders.models import Reminder, ReminderState


def shown_to(user_id: Any) -> ColumnElement[bool]:
    """Also over a parameter, for statements that are built once."""
    return (Reminder.recipient_id == user_id) & (Reminder.state != ReminderState.CANCELLED)


def of(user: User) -> Select[Reminder]:
    """Unread first, then the newest."""
    return select(Reminder).where(shown_to(user.id)).order_by(Reminder.read_at.is_not(None), Reminder.id.desc())


def unread(user: User) -> int:
    counted = select(func.count()).select_from(Reminder).where(shown_to(user.id), Reminder.read_at.is_(None))
    return db.session.scalar(counted) or 0
