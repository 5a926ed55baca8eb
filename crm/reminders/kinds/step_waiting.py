"""A step of a track waits: whoever may confirm it is told, at once in the app and by the next mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from crm.accounts.models import Post, User
from crm.core.among import among
from crm.core.db import db
from crm.core.words import say
from crm.cultivation import waiting
from crm.cultivation.models import TrackProposal
from crm.cultivation.words import kind_word, state_word
from crm.enterprises.models import Enterprise
from crm.permissions import WHO_MAY, Permission
from crm.reminders.kind import Kind, Line
from crm.reminders.models import STANDS, Reminder

NAME, SUBJECT = "step_waiting", "track_proposal"


def due(today: date) -> list[dict[str, Any]]:
    """Steps of which nobody has been told yet; each person by the clause that his list has."""
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == SUBJECT, Reminder.subject_id == TrackProposal.id
    )
    fresh = (TrackProposal.outcome == "waiting", ~told.exists())
    if db.session.scalar(select(TrackProposal.id).where(*fresh).limit(1)) is None:
        return []
    mine = select(TrackProposal.id, TrackProposal.enterprise_id, TrackProposal.proposed_at)
    mine = mine.join(Enterprise, Enterprise.id == TrackProposal.enterprise_id).where(*fresh)
    return [
        _row(step, person.id, today)
        for person in _who_may_confirm(today)
        for step in db.session.execute(mine.where(waiting.confirmable(person)).order_by(TrackProposal.id))
    ]


def _who_may_confirm(today: date) -> Sequence[User]:
    holds = (Post.since <= today, or_(Post.until.is_(None), Post.until > today))
    roles = [role for role in WHO_MAY[Permission.TRACK_CONFIRM] if role != "serving"]
    posts = select(Post.user_id).where(Post.role.in_(roles), *holds)
    return db.session.scalars(select(User).where(User.active.is_(True), User.id.in_(posts)).order_by(User.id)).all()


def _row(step: Any, person_id: int, today: date) -> dict[str, Any]:
    return {
        "kind": NAME, "subject_kind": SUBJECT, "subject_id": step.id, "enterprise_id": step.enterprise_id, "step": 0,
        "basis": step.proposed_at.date().isoformat(), "recipient_id": person_id, "due_on": today,
    }  # fmt: skip


def known_steps(reminders: Sequence[Reminder]) -> dict[int, Any]:
    ids, p = {r.subject_id for r in reminders}, TrackProposal
    query = select(p.id, p.kind, p.state, p.outcome, p.happened_on, p.decided_because, p.enterprise_id,
                   Enterprise.name, Enterprise.short_name).join(Enterprise)  # fmt: skip
    return {row.id: row for row in db.session.execute(query.where(among(p.id, ids)))} if ids else {}


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    known = known_steps(reminders)
    return {r.id: "decided" for r in reminders if (s := known.get(r.subject_id)) is None or s.outcome != "waiting"}


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    known = known_steps(reminders)
    return {r.id: _line(known[r.subject_id]) for r in reminders if r.subject_id in known}


def _line(step: Any) -> Line:
    told = {"track": kind_word(step.kind), "state": state_word(step.state)}
    what = say("%(track)s: %(state)s waits for your confirmation", **told)
    mail = say("Something waits for your confirmation")
    values = {"proposal_id": step.id}
    return Line(what, mail, step.short_name or step.name, None, "cultivation.decide", values)


KIND = Kind(
    NAME,
    say("To be confirmed"),
    say("You may confirm what colleagues propose at this enterprise."),
    due,
    gone,
    lines,
)
