"""Which jobs may be taken, and who may see one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, or_, select

from crm.core import clock
from crm.jobs.models import Job, JobState

MAX_ATTEMPTS = 3


def lapsed() -> ColumnElement[bool]:
    """Running, but its process has not been heard of for a whole lease."""
    return and_(Job.state == JobState.RUNNING, Job.lease_until < clock.real_now())


def free() -> ColumnElement[bool]:
    return and_(or_(Job.state == JobState.WAITING, lapsed()), Job.attempts < MAX_ATTEMPTS)


def given_up() -> ColumnElement[bool]:
    return and_(or_(Job.state == JobState.WAITING, lapsed()), Job.attempts >= MAX_ATTEMPTS)


def next_ids(limit: int = 5) -> Select[int]:
    return select(Job.id).where(free()).order_by(Job.id).limit(limit)
