"""意见建议: what people would like to be better, and what became of it."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from crm.accounts.models import Suggestion, Unit, User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.timeline import record

MOST_WAITING = 20


def suggest(text: str, *, by: User) -> Suggestion:
    """Leave a suggestion. The record says that there is one, not what it says."""
    waiting = select(func.count()).where(Suggestion.user_id == by.id, Suggestion.answered_at.is_(None))
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise RuleBroken(say("%(n)s of your suggestions wait for an answer already", n=MOST_WAITING))
    made = Suggestion(user_id=by.id, text=text)
    db.session.add(made)
    db.session.flush()
    record(None, "suggestion.made", by=by, subject=("suggestion", made.id))
    return made


def settle(row: Suggestion, answer: str, *, by: User) -> None:
    """Answer, or change the answer; the day of the first one stays."""
    lock(row)
    row.answer, row.answered_at = answer, row.answered_at or clock.now()
    db.session.flush()
    record(None, "suggestion.answered", by=by, subject=("suggestion", row.id))


def of(user: User) -> Select[Suggestion]:
    return select(Suggestion).where(Suggestion.user_id == user.id).order_by(Suggestion.id.desc())


def every() -> Select[Suggestion, User, Unit]:
    """With who wrote it and his unit: those that wait first, the oldest of them on top, then the latest answers."""
    query = select(Suggestion, User, Unit).join(User, User.id == Suggestion.user_id).join(Unit, Unit.id == User.unit_id)
    waits = Suggestion.answered_at.is_(None)
    return query.order_by(waits.desc(), Suggestion.answered_at.desc().nulls_first(), Suggestion.id)


def waiting() -> int:
    return db.session.scalar(select(func.count()).where(Suggestion.answered_at.is_(None))) or 0
