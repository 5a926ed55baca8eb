"""A reminder with a time of day has a mail of its own, two hours before and not before the morning's mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from crm import outbox
from crm.accounts.models import User
from crm.core import clock
from crm.core.claims import changed_one
from crm.core.db import db
from crm.core.settings import Settings
from crm.outbox.models import Delivery, State
from crm.reminders.contacts import mailed
from crm.reminders.kind import gone
from crm.reminders.models import Reminder, ReminderState

Key = tuple[str, str, int, str, int, int]


def key_of(row: Any) -> Key:
    return row["kind"], row["subject_kind"], row["subject_id"], row["basis"], row["step"], row["recipient_id"]


def post_new(wanted: Mapping[Key, datetime]) -> None:
    """A mail for each that has none yet, in the transaction that planned it. Where one has been dropped, for the facts
    did not hold at its time, the morning's mail tells it."""
    if not wanted:
        return
    people = {key[-1] for key in wanted}
    waiting = select(Reminder).where(Reminder.state == ReminderState.TIMED, Reminder.recipient_id.in_(people))
    for reminder in db.session.scalars(waiting.order_by(Reminder.id)):
        if (at := wanted.get(key_of(vars(reminder)))) is not None:
            _post(reminder, at)


def _post(reminder: Reminder, at: datetime) -> None:
    settings: Settings = current_app.extensions["commissioner"]
    morning = clock.at(clock.local(at).date(), settings.digest_at.hour, settings.digest_at.minute)
    params = {"reminder": reminder.id}
    delivery = outbox.post(
        f"reminder:{reminder.id}", to=reminder.recipient, template="reminder", params=params,
        not_before=max(at, morning),
    )  # fmt: skip
    if delivery.state == State.CANCELLED:  # one that was written and dropped keeps its parameters
        _become(reminder.id, ReminderState.PLANNED if delivery.params else ReminderState.IN_APP)


def prepare(delivery: Delivery) -> outbox.Letter | outbox.Dropped:
    """Just before it leaves: the same questions as for the morning's mail."""
    reminder = db.session.get_one(Reminder, delivery.params["reminder"])
    person = db.session.get_one(User, reminder.recipient_id)
    if not person.active:
        return outbox.Dropped("the person has left")
    if not person.email:
        return outbox.Dropped("no address")
    if reason := gone([reminder]).get(reminder.id, ""):
        return outbox.Dropped(reason)
    if reminder.state not in (ReminderState.TIMED, ReminderState.SENT):
        return outbox.Dropped("nothing of it holds any more")
    line = mailed([reminder])[reminder.id]
    return outbox.Letter(
        {"line": line, "is_today": line.on == clock.today()}, person.email, lambda: _leave(reminder.id)
    )


def _leave(reminder_id: int) -> None:
    """In the transaction that marks the dispatch. Raises GivenUp when it fell away after the mail was written."""
    holds = (Reminder.id == reminder_id, Reminder.state.in_((ReminderState.TIMED, ReminderState.SENT)))
    if not changed_one(db.session.execute(update(Reminder).where(*holds).values(state=ReminderState.SENT))):
        raise outbox.GivenUp


def _become(reminder_id: int, state: ReminderState) -> None:
    db.session.execute(update(Reminder).where(Reminder.id == reminder_id).values(state=state))
