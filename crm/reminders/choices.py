"""What a person wants to hear how: kind by kind in the app and by mail, in the app only, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import select, update

from crm.accounts import User, preferences
from crm.accounts.models import Preference
from crm.core.db import db
from crm.reminders.kind import KINDS, Kind
from crm.reminders.models import Reminder, ReminderState


class Way(StrEnum):
    BOTH = "both"
    APP = "app"
    OFF = "off"


STATES = {Way.BOTH: ReminderState.PLANNED, Way.APP: ReminderState.IN_APP, Way.OFF: ReminderState.MUTED}


def key_of(kind: Kind) -> str:
    return f"notify:{kind.name}"


def default(kind: Kind) -> Way:
    return Way.BOTH if kind.by_mail else Way.APP


def possible(kind: Kind) -> tuple[Way, ...]:
    """A promise that is due cannot be switched off: it is the reason to have this system."""
    return (Way.BOTH, Way.APP, Way.OFF) if kind.may_be_off else (Way.BOTH, Way.APP)


def chosen_by(people: Iterable[int], kind: Kind) -> dict[int, Way]:
    """The ways of those who chose one that is possible; all others follow the default."""
    query = select(Preference.user_id, Preference.value).where(
        Preference.key == key_of(kind), Preference.user_id.in_(set(people))
    )
    known = {way.value: way for way in possible(kind)}
    return {row.user_id: known[row.value] for row in db.session.execute(query) if row.value in known}


def of(person: User) -> dict[str, Way]:
    return {
        name: next((w for w in possible(kind) if w == person.preference(key_of(kind))), default(kind))
        for name, kind in KINDS.items()
    }


def choose(person: User, ways: dict[str, Way]) -> None:
    """Keep these; what waits for the next mail follows at once. The caller is inside `writing()`."""
    preferences.choose(person, {key_of(KINDS[name]): way.value for name, way in ways.items()})
    for name, way in ways.items():
        if way != Way.BOTH:
            waiting = Reminder.state.in_((ReminderState.PLANNED, ReminderState.TIMED))
            mine = (Reminder.recipient_id == person.id, Reminder.kind == name, waiting, Reminder.digest_id.is_(None))
            db.session.execute(update(Reminder).where(*mine).values(state=STATES[way]))
