"""Which visits a person may read or amend, and what belongs to one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import abort
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.enterprises import queries as enterprises
from crm.permissions import Permission
from crm.timeline import Entry
from crm.visits import rules
from crm.visits.models import Visit, VisitState
from crm.workdays.queries import calendar


def visible_to(user: User) -> ColumnElement[bool]:
    """His own (also those he typed for others), and those of the enterprises he may read."""
    own = (Visit.author_id == user.id, Visit.entered_by_id == user.id)
    return or_(*own, enterprises.of_visible(Visit, user, Permission.VISIT_VIEW))


def load(visit_id: int, user: User) -> Visit:
    """The visit with its firm and people, or 404."""
    found = db.session.scalar(
        select(Visit)
        .where(Visit.id == visit_id, visible_to(user))
        .options(joinedload(Visit.enterprise), joinedload(Visit.author), joinedload(Visit.entered_by))
    )
    return found or abort(404)


def load_to_amend(visit_id: int, user: User) -> Visit:
    """404 for strangers, 403 for readers and for authors who come too late."""
    found = load(visit_id, user)
    return found if may_amend(user, found) else abort(403)


def is_own(user: User, visit: Visit) -> bool:
    return user.id in (visit.author_id, visit.entered_by_id)


def may_amend(user: User, visit: Visit) -> bool:
    """Correct, void or move it: see `rules.may_amend`. A voided one is history."""
    if visit.state == VisitState.VOIDED:
        return False
    own = is_own(user, visit)
    age = working_days_since_entry(visit) if own else 0
    if own and (visit.state == VisitState.PLANNED or rules.may_amend(is_own=True, working_days=age, is_manager=False)):
        return True
    return enterprises.may(user, Permission.VISIT_AMEND, visit.enterprise)


def working_days_since_entry(visit: Visit) -> int:
    return calendar().between(clock.local(visit.created_at).date(), clock.today()).count


def history(visit: Visit) -> Select[Entry]:
    """What was done with it, newest first."""
    return select(Entry).where(Entry.subject_kind == "visit", Entry.subject_id == visit.id).order_by(Entry.id.desc())


def group_of(visit: Visit, user: User) -> Sequence[Visit]:
    """The other visits of the same group that this person may read."""
    if visit.group_key is None:
        return []
    mates = select(Visit).where(Visit.group_key == visit.group_key, Visit.id != visit.id, visible_to(user))
    return db.session.scalars(mates.options(joinedload(Visit.enterprise)).order_by(Visit.id)).all()


def asked_of(enterprise_ids: Sequence[int], today: date) -> set[int]:
    """The firms of these at which somebody was asked this quarter whether a follow-up is needed, and said no."""
    begin = clock.at(rules.quarter_of(today), 0)
    asked = (among(Visit.enterprise_id, enterprise_ids), Visit.no_followup.is_(True), Visit.created_at >= begin)
    return set(db.session.scalars(select(Visit.enterprise_id).where(*asked)))


def planned_of(user: User) -> Select[Visit]:
    """What he has planned, the nearest first."""
    mine = (Visit.author_id == user.id, Visit.state == VisitState.PLANNED)
    return select(Visit).where(*mine).order_by(Visit.visited_on, Visit.at_time.nulls_last(), Visit.id)
