"""Changing the calendar: a year's notice as a whole, or one day of the bureau's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from flask import g
from sqlalchemy import delete, insert, select

from crm.accounts.queries import root
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.timeline import Actor, record
from crm.workdays import effects
from crm.workdays.models import CalendarDay, CalendarYear
from crm.workdays.notices import Change, changes
from crm.workdays.queries import as_if_loaded, calendar
from crm.workdays.rules import Kind, Special, Year


def load(notice: Year, *, by: Actor) -> list[Change]:
    """Take over a year's notice in place of an earlier one; the bureau's own days stay. Returns what changed.

    A day the new notice gives back to the week gets a row too, so that it wins over a shipped year.
    """
    before = calendar()
    _forget(notice.year)
    changed = changes(calendar(), notice)
    kinds = {day: (special.kind, special.label) for day, special in notice.days.items()}
    kinds |= {c.day: (Kind.WORK if c.is_working else Kind.REST, c.label) for c in changed}
    source = notice.source or str(notice.year)
    own = set(db.session.scalars(select(CalendarDay.day).where(CalendarDay.day.in_(kinds))))
    rows = [
        {"day": day, "kind": kind.value, "label": label, "source": source}
        for day, (kind, label) in sorted(kinds.items())
        if day not in own
    ]
    db.session.execute(insert(CalendarDay), rows)
    db.session.add(CalendarYear(year=notice.year, source=source))
    g.pop("calendar_years", None)
    record(None, "calendar.loaded", by=by, year=notice.year, source=source)
    db.session.flush()
    return [change for change in changes(before, notice) if change.day not in own]


@dataclass(frozen=True)
class Taken:
    """What a notice changes: days, the dates that fall on them, and how many of those have moved."""

    changed: list[Change]
    effects: list[effects.Found]
    moved: int = 0


def preview(notice: Year) -> Taken:
    """What `take_over` would do; writes nothing."""
    after = as_if_loaded(notice)
    changed = changes(calendar(), notice, after)
    return Taken(changed, effects.found(changed, after))


def take_over(notice: Year, *, by: Actor) -> Taken:
    """Load the notice and move the dates that must not stay on a rest day. Of two at once the second sees the first."""
    lock(root())
    seen = preview(notice)
    load(notice, by=by)
    return replace(seen, moved=effects.move(seen.changed, calendar(), by))


def preview_day(day: date, kind: Kind, *, label: str) -> Taken:
    """What `take_day` would do; writes nothing. Raises RuleBroken for a day that is over or is so already."""
    before = calendar()
    if day <= clock.today():
        raise RuleBroken(say("Choose a day from tomorrow on: what is over stays as it was counted"), "day")
    if before.is_working_day(day) is (kind is Kind.WORK):
        raise RuleBroken(say("That day is so already"), "day")
    changed = [Change(day, before.is_working_day(day), kind is Kind.WORK, label)]
    return Taken(changed, effects.found(changed, before.with_day(day, Special(kind, label))))


def take_day(day: date, kind: Kind, *, label: str, by: Actor) -> Taken:
    """Decide one day of the bureau's own and move the dates that must not stay on a rest day."""
    lock(root())
    seen = preview_day(day, kind, label=label)
    set_day(day, kind, label=label, by=by)
    return replace(seen, moved=effects.move(seen.changed, calendar(), by))


def set_day(day: date, kind: Kind, *, label: str, by: Actor) -> None:
    """Make one day a working or a rest day for this bureau, whatever the notice says."""
    db.session.merge(CalendarDay(day=day, kind=kind.value, label=label, source=""))
    record(None, "calendar.day_set", by=by, day=day.isoformat(), work=kind is Kind.WORK, label=label)
    db.session.flush()


def _forget(year: int) -> None:
    """The rows of a notice loaded before; the bureau's own have another source."""
    if earlier := db.session.get(CalendarYear, year):
        db.session.execute(delete(CalendarDay).where(CalendarDay.source == earlier.source))
        db.session.delete(earlier)
        db.session.flush()
