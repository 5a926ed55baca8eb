"""The same act on many promises: each by its own rules, those that cannot be settled are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement

from crm.accounts.models import User
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import Say, say
from crm.followups import queries, reopening, services
from crm.followups.models import Followup


@dataclass
class Outcome:
    """`done`: ids."""

    done: list[int] = field(default_factory=list)
    refused: list[tuple[Followup, Say]] = field(default_factory=list)

    @property
    def settled(self) -> int:
        return len(self.done)


def finish(ids: Sequence[int], *, result: str, by: User) -> Outcome:
    return _each(ids, by, lambda followup: services.finish(followup, by=by, result=result))


def postpone(ids: Sequence[int], *, to_on: date, reason: str, by: User) -> Outcome:
    return _each(ids, by, lambda followup: services.postpone(followup, to_on=to_on, reason=reason, by=by))


def reopen(ids: Sequence[int], *, by: User) -> Outcome:
    """What this person settled by mistake, within a day."""
    return _each(ids, by, lambda followup: _reopen_own(followup, by), Followup.closed_by_id == by.id)


def _reopen_own(followup: Followup, by: User) -> None:
    lock(followup.enterprise)
    lock(followup)
    if followup.closed_by_id != by.id:  # a colleague was quicker: open again and settled by him
        raise Stale(followup)
    reopening.reopen(followup, by=by)


def _each(ids: Sequence[int], by: User, act: Callable[[Followup], None], *clauses: ColumnElement[bool]) -> Outcome:
    """A service refuses before it changes anything, so those refused are as they were."""
    outcome = Outcome()
    for followup in db.session.scalars(queries.among(ids, queries.settled_by(by), *clauses)).all():
        try:
            act(followup)
            outcome.done.append(followup.id)
        except RuleBroken as broken:
            outcome.refused.append((followup, broken.obstacles[0].why))
        except Stale:
            outcome.refused.append((followup, say("Somebody has settled it meanwhile")))
    return outcome
