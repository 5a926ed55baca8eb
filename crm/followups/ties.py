"""Open promises are told on a person's page; they do not keep him from leaving, the hand-over takes them along."""

from __future__ import annotations

from sqlalchemy import func, select

from crm.accounts.ties import Tie, tie_person
from crm.core.db import db
from crm.core.words import say
from crm.followups.models import Followup, FollowupState


def install() -> None:
    tie_person(Tie("followups", say("Open follow-ups"), say("%(n)s follow-ups are open"), open_of, holds=False))


def open_of(person_id: int) -> int:
    query = select(func.count()).where(Followup.owner_id == person_id, Followup.state == FollowupState.OPEN)
    return db.session.scalar(query) or 0
