"""When the mails of a working morning were posted: what is planned later on that day waits for the next."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.core.queries import insert_new
from crm.jobs.models import Once

NAME = "morning mail"


def begin(day: date) -> None:
    """The first beat after the set time begins the morning, also late on the day when nothing ran before; what has
    been planned in that beat is told with it."""
    insert_new(Once, [{"key": _key(day), "at": clock.now()}])


def last(day: date) -> datetime | None:
    """When the morning of this day began, or that of the last working day before; None before the very first."""
    begun = Once.key.between(_key(date.min), _key(day))
    return db.session.scalar(select(Once.at).where(begun).order_by(Once.key.desc()).limit(1))


def _key(day: date) -> str:
    return f"{NAME}:{day.isoformat()}"
