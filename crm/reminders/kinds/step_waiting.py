"""A step of a track waits: whoever may confirm it is told, at once in the app and by the next mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from crm.accounts.models import Post, User
from crm.core import clock
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
    """Steps of which nobody was told yet; for who got his post since then all that wait. By the clause of his list."""
    told = select(Reminder.id).where(
        Reminder.kind == NAME, STANDS, Reminder.subject_kind == SUBJECT, Reminder.subject_id == TrackProposal.id
    )
    untold, oldest = func.count().filter(~told.exists()), func.min(TrackProposal.proposed_at)
    waits = TrackProposal.outcome == "waiting"
    fresh, since = db.session.execute(select(untold, oldest).where(waits)).one()
    if since is None:
        return []
    mine = select(TrackProposal.id, TrackProposal.enterprise_id, TrackProposal.proposed_at).where(waits)
    mine = mine.join(Enterprise, Enterprise.id == TrackProposal.enterprise_id).order_by(TrackProposal.id)
    found = []
    for person in _who_may_confirm(today, None if fresh else clock.local(since).date()):
        for_him = mine.where(~told.where(Reminder.recipient_id == person.id).exists(), waiting.confirmable(person))
        found += [_row(step, person.id, today) for step in db.session.execute(for_him)]
    return found


def _who_may_confirm(today: date, since: date | None) -> Sequence[User]:
    """With a day only those whose post began on it or later."""
    holds = [Post.since <= today, or_(Post.until.is_(None), Post.until > today)]
    roles = [role for role in WHO_MAY[Permission.TRACK_CONFIRM] if role != "serving"]
    posts = select(Post.user_id).where(Post.role.in_(roles), *holds, *([Post.since >= since] if since else []))
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
    """Decided meanwhile, or the person may no longer confirm it."""
    known = known_steps(reminders)
    decided = {r.id for r in reminders if (s := known.get(r.subject_id)) is None or s.outcome != "waiting"}
    open_ones = [r for r in reminders if r.id not in decided]
    theirs = {(p, step) for p in {r.recipient_id for r in open_ones} for step in _confirmable_by(p, open_ones)}
    lost = {r.id for r in open_ones if (r.recipient_id, r.subject_id) not in theirs}
    return dict.fromkeys(decided, "decided") | dict.fromkeys(lost, "no_right")


def _confirmable_by(person_id: int, reminders: Sequence[Reminder]) -> Sequence[int]:
    query = select(TrackProposal.id).join(Enterprise, Enterprise.id == TrackProposal.enterprise_id)
    mine = waiting.confirmable(db.session.get_one(User, person_id))
    return db.session.scalars(query.where(among(TrackProposal.id, {r.subject_id for r in reminders}), mine)).all()


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
