"""Whole phone numbers asked for by who sees numbers masked: behind 186****1402 there are only ten thousand.

Each number that finds nothing is noted; after so many in a day whole numbers are found only where he sees them anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import g
from sqlalchemy import select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, in_writing
from crm.core.words import say
from crm.timeline import Entry, note, record

KIND = "search.number_missed"
MOST_MISSES = 30
"""Numbers that find nothing, of one person in a day."""
HELD = say(
    "You asked for %(n)s numbers today that nobody has. Until tomorrow whole numbers are found only at enterprises "
    "whose contacts you see in full.",
    n=MOST_MISSES,
)


def is_held(reader: User) -> bool:
    """Has he asked for too many today? Looked up once a request."""
    held: dict[int, bool] = g.setdefault("numbers_held", {})
    if reader.id not in held:
        newest = select(Entry.at).where(Entry.kind == KIND, Entry.actor_id == reader.id).order_by(Entry.id.desc())
        last = db.session.scalars(newest.offset(MOST_MISSES - 1).limit(1)).first()
        held[reader.id] = last is not None and last >= clock.at(clock.today(), 0)
    return held[reader.id]


def is_judged(number: str) -> bool:
    return number in g.get("numbers_judged", ())


def judged(numbers: Iterable[str], reader: User, *, is_missed: bool) -> None:
    """Once a request and number, for a page asks several times; a miss is written down in a transaction of its own."""
    done: set[str] = g.setdefault("numbers_judged", set())
    for number in set(numbers) - done:
        done.add(number)
        if is_missed and in_writing():
            record(None, KIND, by=reader)
        elif is_missed:
            note(KIND, by=reader)
