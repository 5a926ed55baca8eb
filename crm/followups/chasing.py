"""催办: whoever is owed something is told once more, at most once per item and three working days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.followups import queries, rules
from crm.followups.chase_models import Chase
from crm.timeline import record
from crm.workdays.queries import calendar

FOLLOWUP, ENTERPRISE = "followup", "enterprise"


@dataclass(frozen=True)
class Asked:
    """How many were asked, how many had been asked too recently."""

    now: int
    too_soon: int


def last_asked(kind: str, ids: Iterable[int]) -> dict[int, date]:
    """The newest day on which each of these was chased."""
    newest = select(Chase.subject_id, func.max(Chase.day).label("day")).where(
        Chase.subject_kind == kind, Chase.subject_id.in_(ids)
    )
    return {row.subject_id: row.day for row in db.session.execute(newest.group_by(Chase.subject_id))}


def may_ask_again(days: dict[int, date], today: date) -> set[int]:
    """Of these subjects with the day they were last asked: those asked long enough ago."""
    count = calendar().between
    return {subject for subject, day in days.items() if rules.may_chase_again(count(day, today).count)}


def promises(ids: Sequence[int], *, by: User) -> Asked:
    """Ask the owners of these promises, as far as `by` leads or keeps the ledger of their firms."""
    found = db.session.scalars(queries.among(ids, queries.chased_by(by))).all()
    for followup in found:
        lock(followup.enterprise)
    ready = _ready(FOLLOWUP, [f.id for f in found])
    for followup in (f for f in found if f.id in ready):
        _ask(FOLLOWUP, followup.id, followup.enterprise, followup.owner_id or 0, by)
    return Asked(len(ready), len(found) - len(ready))


def visits(firms: Sequence[Enterprise], *, by: User) -> Asked:
    """Ask the commissioners of these firms, in the caller's reach, to go there; firms of nobody are left out."""
    ids = [firm.id for firm in firms]
    serving = select(Assignment.enterprise_id, Assignment.commissioner_id)
    served = {
        firm: person
        for firm, person in db.session.execute(
            serving.where(Assignment.enterprise_id.in_(ids), Assignment.ended_on.is_(None))
        )
        if person != by.id
    }
    mine = [firm for firm in sorted(firms, key=lambda firm: firm.id) if firm.id in served]
    for firm in mine:
        lock(firm)
    ready = _ready(ENTERPRISE, [firm.id for firm in mine])
    for firm in (firm for firm in mine if firm.id in ready):
        _ask(ENTERPRISE, firm.id, firm, served[firm.id], by)
    return Asked(len(ready), len(mine) - len(ready))


def _ready(kind: str, ids: Sequence[int]) -> set[int]:
    known = last_asked(kind, ids)
    return {subject for subject in ids if subject not in known} | may_ask_again(known, clock.today())


def _ask(kind: str, subject_id: int, firm: Enterprise, to_id: int, by: User) -> None:
    day = clock.today()
    db.session.add(
        Chase(subject_kind=kind, subject_id=subject_id, enterprise_id=firm.id, to_id=to_id, day=day, by_id=by.id)
    )
    db.session.flush()
    to = db.session.get_one(User, to_id)
    what = "followup.chased" if kind == FOLLOWUP else "visit.asked_for"
    record(firm.id, what, by=by, subject=(kind, subject_id), to=to.name)
