"""A proposed step was not confirmed: whoever proposed it is told in the app, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.core.words import say
from crm.cultivation.models import TrackProposal
from crm.cultivation.words import kind_word, state_word
from crm.reminders.kind import Kind, Line
from crm.reminders.kinds.step_waiting import SUBJECT, known_steps
from crm.reminders.models import STANDS, Reminder

NAME = "step_rejected"
BACK = timedelta(days=14)


def due(today: date) -> list[dict[str, Any]]:
    p = TrackProposal
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == SUBJECT, Reminder.subject_id == p.id
    )
    late = (p.outcome == "rejected", p.decided_at >= clock.at(today - BACK, 0), p.decided_by_id != p.proposed_by_id)
    query = select(p.id, p.enterprise_id, p.proposed_by_id).where(*late, ~told.exists()).order_by(p.id)
    return [
        {
            "kind": NAME, "subject_kind": SUBJECT, "subject_id": row.id, "enterprise_id": row.enterprise_id, "step": 0,
            "basis": "", "recipient_id": row.proposed_by_id, "due_on": today,
        }
        for row in db.session.execute(query)
    ]  # fmt: skip


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = known_steps(reminders)
    return {r.id: "cancelled" for r in reminders if r.subject_id not in known}


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known = known_steps(reminders)
    return {r.id: _line(known[r.subject_id]) for r in reminders if r.subject_id in known}


def _line(step: Any) -> Line:
    told = {"track": kind_word(step.kind), "state": state_word(step.state), "why": step.decided_because}
    what = say("%(track)s: %(state)s was not confirmed (%(why)s)", **told)
    mail = say("Something you proposed was not confirmed")
    values = {"proposal_id": step.id}
    return Line(what, mail, step.short_name or step.name, None, "cultivation.decide", values)


KIND = Kind(
    NAME,
    say("Not confirmed"),
    say("You proposed it; put right what is wrong and propose it anew."),
    due,
    gone,
    lines,
    by_mail=False,
)
