"""One mail per person and working morning with everything that is due; its members are frozen when it first leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select, update
from sqlalchemy.orm import selectinload

from crm import outbox
from crm.accounts.models import User
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.queries import insert_new
from crm.core.words import Say
from crm.outbox.models import Delivery
from crm.reminders import mornings
from crm.reminders.contacts import mailed
from crm.reminders.kind import KINDS, Kind, Line, gone
from crm.reminders.kinds import followup_overdue, promises
from crm.reminders.models import Digest, Reminder, ReminderState


@dataclass(frozen=True)
class Section:
    """The lines of one kind; `count` may be more than are shown."""

    label: Say
    lines: list[Line]
    count: int


def post_all(day: date) -> int:
    """A digest for everybody with something that waits, unless this day's has been posted; returns how many."""
    waits = select(Reminder.recipient_id).where(*_waits(day))
    has_one = select(Digest.id).where(Digest.recipient_id == User.id, Digest.day == day)
    people = db.session.scalars(
        select(User)
        .where(User.id.in_(waits), User.active.is_(True), ~has_one.exists())
        .order_by(User.id)
        .options(selectinload(User.preferences))
    ).all()
    insert_new(Digest, [{"recipient_id": person.id, "day": day} for person in people])
    today = db.session.execute(select(Digest.recipient_id, Digest.id).where(Digest.day == day))
    ids = {row.recipient_id: row.id for row in today}
    messages = [outbox.Message(f"digest:{p.id}:{day.isoformat()}", p, {"digest": ids[p.id]}) for p in people]
    _tell_in_app([message.to.id for message in outbox.post_many(messages, template="digest")], day)
    return len(people)


def _tell_in_app(people: Sequence[int], day: date) -> None:
    """What waits for those whom no mail reaches belongs to the digest of the day and is told in the app: one statement
    for all of them."""
    if not people:
        return
    of_the_day = select(Digest.id).where(Digest.recipient_id == Reminder.recipient_id, Digest.day == day)
    theirs = (among(Reminder.recipient_id, people), *_waits(day))
    told = {"state": ReminderState.IN_APP, "digest_id": of_the_day.scalar_subquery()}
    db.session.execute(update(Reminder).where(*theirs).values(told).execution_options(synchronize_session=False))


def prepare(delivery: Delivery) -> outbox.Letter | outbox.Dropped:
    """Just before it leaves: who it goes to, and what of it still holds."""
    digest = db.session.get_one(Digest, delivery.params["digest"])
    person = db.session.get_one(User, digest.recipient_id)
    if not person.active:
        return outbox.Dropped("the person has left")
    if not person.email:
        return outbox.Dropped("no address")
    members = _members(digest)
    fallen = gone(members)
    holding = [r for r in members if r.id not in fallen]
    if not holding:
        return outbox.Dropped("nothing of it holds any more")
    sections, told = _sections(holding)
    late = followup_overdue.late_beside(person.id, told, clock.today())
    return outbox.Letter(
        {"sections": sections, "count": sum(s.count for s in sections), "late": late, "day": digest.day},
        person.email,
        lambda: _freeze(digest.id, [r.id for r in holding], fallen),
    )


def not_sent(delivery: Delivery) -> None:
    """It failed for good or was dropped: its members are told in the app, and no later mail repeats them."""
    digest = db.session.get(Digest, delivery.params["digest"])
    members = _members(digest) if digest else []
    fallen = gone(members)
    if digest and (holding := [r.id for r in members if r.id not in fallen]):
        _freeze_members(digest.id)
        _mark(holding, digest.id, ReminderState.IN_APP)


def _sections(holding: Sequence[Reminder]) -> tuple[list[Section], set[int]]:
    """By kind in its order; a promise told twice stands once, where it weighs most. Also the promises told."""
    words, found, seen = mailed(holding), [], set()
    for kind in KINDS.values():
        mine = [(_subject(r, kind), r.id) for r in holding if r.kind == kind.name and r.id in words]
        fresh = {subject: words[number] for subject, number in mine if subject not in seen}
        seen |= set(fresh)
        shown = sorted(fresh.values(), key=lambda line: (line.on or date.max, line.firm))
        if shown:
            found.append(Section(kind.label, shown[: kind.most], len(shown)))
    return found, {subject for what, subject, _act in seen if what == promises.SUBJECT}


def _subject(reminder: Reminder, kind: Kind) -> tuple[str, int, str]:
    """What a mail names once."""
    return reminder.subject_kind, reminder.subject_id, reminder.basis if kind.each_act else ""


def _members(digest: Digest) -> Sequence[Reminder]:
    """What was frozen at first dispatch; before that, everything that waits for this person."""
    if digest.frozen_at is None:
        return _waiting_for(digest.recipient_id, digest.day)
    frozen = (Reminder.digest_id == digest.id, Reminder.state != ReminderState.CANCELLED)
    return db.session.scalars(select(Reminder).where(*frozen).order_by(Reminder.id)).all()


def _waiting_for(recipient_id: int, day: date) -> Sequence[Reminder]:
    waits = select(Reminder).where(Reminder.recipient_id == recipient_id, *_waits(day))
    return db.session.scalars(waits.order_by(Reminder.id)).all()


def _waits(day: date) -> tuple[ColumnElement[bool], ...]:
    """For the mail of this day: planned before a morning began, the last one when the mail has waited for days. Of some
    kinds more may come until the day is over, and `basis` is their day."""
    begun = mornings.last(max(day, clock.today()))
    later = [kind.name for kind in KINDS.values() if kind.next_day]
    is_ripe = or_(Reminder.kind.not_in(later), Reminder.basis < day.isoformat())
    in_time = Reminder.planned_at <= begun if begun else false()
    return Reminder.state == ReminderState.PLANNED, Reminder.digest_id.is_(None), is_ripe, in_time


def _freeze(digest_id: int, members: list[int], fallen: dict[int, str]) -> None:
    """In the transaction that marks the dispatch. Raises GivenUp when one of them fell away or left in another mail."""
    _freeze_members(digest_id)
    if _mark(members, digest_id, ReminderState.SENT) != len(members):
        raise outbox.GivenUp
    for reminder_id, reason in fallen.items():
        db.session.execute(
            update(Reminder)
            .where(Reminder.id == reminder_id, _free_or_of(digest_id))
            .values(state=ReminderState.CANCELLED, cancel_reason=reason, digest_id=digest_id)
        )


def _freeze_members(digest_id: int) -> None:
    unfrozen = (Digest.id == digest_id, Digest.frozen_at.is_(None))
    db.session.execute(update(Digest).where(*unfrozen).values(frozen_at=clock.now()))


def _free_or_of(digest_id: int) -> ColumnElement[bool]:
    """What still waits, and what is this digest's already: two mails never tell the same."""
    waits = and_(Reminder.digest_id.is_(None), Reminder.state == ReminderState.PLANNED)
    return or_(waits, and_(Reminder.digest_id == digest_id, Reminder.state != ReminderState.CANCELLED))


def _mark(ids: list[int], digest_id: int, state: ReminderState) -> int:
    """Returns how many there still were."""
    marked = db.session.execute(
        update(Reminder)
        .where(among(Reminder.id, ids), _free_or_of(digest_id))
        .values(digest_id=digest_id, state=state)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(marked, "rowcount", 0))
