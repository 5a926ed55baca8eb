"""Which notices still say what they are about: a promise handed back, or a visit moved away, is somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from crm.accounts.models import User
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.cultivation.models import Track, TrackProposal
from crm.cultivation.queries import proposals_seen_by, seen_by
from crm.enterprises import queries as enterprises
from crm.enterprises.models import Enterprise
from crm.followups import queries as followups
from crm.followups.models import Followup
from crm.permissions import Permission
from crm.reminders.kind import Line, lines
from crm.reminders.models import Reminder
from crm.visits import queries as visits
from crm.visits.models import Visit

NOT_YOURS = Line(say("This is no longer yours"), say("This is no longer yours"), "", None, "", {})
"""Without firm, words or link."""


def lines_for(user: User, reminders: Sequence[Reminder]) -> dict[int, Line]:
    """The words of these notices as this person may read them today; what has no words any more is left out."""
    known = {kind: _readable(kind, reminders, user) for kind in {r.subject_kind for r in reminders}}
    words = lines(reminders)
    may = {r.id: r.subject_kind not in SUBJECTS or r.subject_id in known[r.subject_kind] for r in reminders}
    return {number: line if may[number] else NOT_YOURS for number, line in words.items()}


def _enterprise(user: User) -> ColumnElement[bool]:
    return enterprises.within(user, Permission.ENTERPRISE_VIEW)


SUBJECTS: dict[str, tuple[Any, Any]] = {
    "followup": (Followup.id, followups.visible_to),
    "visit": (Visit.id, visits.visible_to),
    "enterprise": (Enterprise.id, _enterprise),
    "track": (Track.id, seen_by),
    "track_proposal": (TrackProposal.id, proposals_seen_by),
}


def _readable(kind: str, reminders: Sequence[Reminder], user: User) -> set[int]:
    if kind not in SUBJECTS:
        return set()
    column, clause = SUBJECTS[kind]
    ids = {r.subject_id for r in reminders if r.subject_kind == kind}
    return set(db.session.scalars(select(column).where(among(column, ids), clause(user))))
