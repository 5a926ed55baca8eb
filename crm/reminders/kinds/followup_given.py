"""Somebody else made a follow-up mine: passed on or handed back to me; or noted what my enterprise asks for.

`basis` is the id of the move, 0 for what was noted. What a hand-over brings is told with its enterprises.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, String, cast, literal, select, union_all

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.words import say
from crm.followups.models import Followup, FollowupMove, FollowupState
from crm.reminders.kind import Kind, Line
from crm.reminders.kinds import promises
from crm.reminders.models import STANDS, Reminder

NAME = "followup_given"
BACK = timedelta(days=14)
HANDED_OVER = "handed over"
NOTED = 0


def due(today: date) -> list[dict[str, Any]]:
    """Within a fortnight, so that a downtime loses nothing."""
    given = union_all(_passed_on(today), _noted(today)).subquery().c
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == promises.SUBJECT, Reminder.subject_id == given.id,
        Reminder.basis == cast(given.move, String), Reminder.recipient_id == given.owner_id,
    )  # fmt: skip
    query = select(given.id, given.enterprise_id, given.owner_id, given.move).join(User, User.id == given.owner_id)
    found = db.session.execute(query.where(User.active.is_(True), ~told.exists()).order_by(given.id))
    return [
        {
            "kind": NAME, "subject_kind": promises.SUBJECT, "subject_id": f.id, "enterprise_id": f.enterprise_id,
            "step": 0, "basis": str(f.move), "recipient_id": f.owner_id, "due_on": today,
        }
        for f in found
    ]  # fmt: skip


def _passed_on(today: date) -> Select[*tuple[Any, ...]]:
    f, m = Followup, FollowupMove
    query = select(f.id, f.enterprise_id, f.owner_id, m.id.label("move")).join(f, f.id == m.followup_id)
    by_other = (m.to_owner_id == f.owner_id, m.by_id.is_not(None), m.by_id != f.owner_id, m.reason != HANDED_OVER)
    return query.where(m.at >= clock.at(today - BACK, 0), f.state == FollowupState.OPEN, *by_other)


def _noted(today: date) -> Select[*tuple[Any, ...]]:
    f = Followup
    query = select(f.id, f.enterprise_id, f.owner_id, literal(NOTED).label("move"))
    by_other = (f.kind == promises.REQUEST, f.by_id.is_not(None), f.by_id != f.owner_id)
    never_moved = ~select(FollowupMove.id).where(FollowupMove.followup_id == f.id).exists()
    return query.where(f.created_at >= clock.at(today - BACK, 0), f.state == FollowupState.OPEN, *by_other, never_moved)


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = promises.facts(reminders)
    return {r.id: reason for r in reminders if (reason := _why_gone(r, known.get(r.subject_id)))}


def _why_gone(reminder: Reminder, fact: Any) -> str:
    if fact is None or fact.state != FollowupState.OPEN:
        return "done" if fact is not None and fact.state == FollowupState.DONE else "cancelled"
    return "" if fact.owner_id == reminder.recipient_id else "somebody else has it"


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    return promises.lines(
        reminders, lambda text: say("Now yours: %(text)s", text=text), say("A follow-up is yours now")
    )


KIND = Kind(
    NAME,
    say("Follow-up given to me"),
    say("Somebody passed this follow-up on to you, or noted what your enterprise asks for."),
    due,
    gone,
    lines,
    each_act=True,
)
