"""The calendar in force: the shipped notices, the years an administrator loaded, and the bureau's own days on top."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from typing import Any

from flask import g
from sqlalchemy import func, null, select, type_coerce

from crm.core.db import db, read
from crm.core.rows_text import rows_text
from crm.workdays.models import CalendarDay, CalendarYear
from crm.workdays.notices import shipped
from crm.workdays.rules import Calendar, Kind, Special, Year

_known: ContextVar[list[Calendar] | None] = ContextVar("known", default=None)


@contextmanager
def calendar_read_once(text: str | None = None) -> Iterator[None]:
    """For an act that asks for the calendar a dozen times and does not change it; `text`: what `beside` has told it."""
    token = _known.set([] if text is None else [_told(text)])
    try:
        yield
    finally:
        _known.reset(token)


def calendar() -> Calendar:
    """The calendar as it is now, or as this act has read it."""
    known = _known.get()
    if known is None:
        return _read()
    if not known:
        known.append(_read())
    return known[0]


def _read() -> Calendar:
    """Loaded years count as published; their special days, like single overrides, are rows of their own."""
    return _made_of(tuple(map(tuple, read(_loaded()))))


@lru_cache(maxsize=4)
def _made_of(loaded: tuple[tuple[Any, ...], ...]) -> Calendar:
    """Built once for the same rows: a calendar never changes."""
    known, years, days = {year.year for year in shipped()}, [*shipped()], {}
    for year, day, kind, label in loaded:
        if day is not None:
            days[day] = Special(Kind(kind), label)
        elif year not in known:
            years.append(Year(year, label, {}))
    return Calendar(years, days)


@cache
def beside() -> Any:
    """What was loaded as one text in a statement about something else, for `calendar_read_once`."""
    return select(func.coalesce(rows_text(*_loaded().subquery().c), "[]")).scalar_subquery()


@lru_cache(maxsize=4)
def _told(text: str) -> Calendar:
    rows = ((year, day and date.fromisoformat(day), kind, label) for year, day, kind, label in json.loads(text))
    return _made_of(tuple(rows))


@cache
def _loaded() -> Any:
    """The loaded years with their sources as labels, and all special days: one statement."""
    no_year = type_coerce(null(), CalendarYear.year.type).label("year")
    days = select(no_year, CalendarDay.day, CalendarDay.kind, CalendarDay.label)
    return days.union_all(select(CalendarYear.year, null(), null(), CalendarYear.source))


def as_if_loaded(notice: Year) -> Calendar:
    """The calendar as it would be with this notice in place of an earlier one; the bureau's own days stay."""
    earlier = db.session.get(CalendarYear, notice.year)
    loaded = db.session.execute(select(CalendarYear.year, CalendarYear.source)).all()
    years = {year.year: year for year in shipped()}
    years |= {year: Year(year, source, {}) for year, source in loaded if year not in years}
    rows = db.session.execute(select(CalendarDay.day, CalendarDay.kind, CalendarDay.label, CalendarDay.source)).all()
    kept = [row for row in rows if earlier is None or row.source != earlier.source]
    return Calendar([*years.values(), notice], {row.day: Special(Kind(row.kind), row.label) for row in kept})


def own_days(since: date) -> Sequence[CalendarDay]:
    """What the bureau decided for itself from a day on, in order."""
    query = select(CalendarDay).where(CalendarDay.source == "", CalendarDay.day >= since)
    return db.session.scalars(query.order_by(CalendarDay.day)).all()


def published() -> list[tuple[int, str, bool]]:
    """(year, source, was it loaded here?) of every year whose notice is known, the newest first."""
    loaded = {row.year: row.source for row in db.session.execute(select(CalendarYear.year, CalendarYear.source))}
    known = {year.year: (year.source, False) for year in shipped()} | {y: (s, True) for y, s in loaded.items()}
    return [(year, *known[year]) for year in sorted(known, reverse=True)]


def know_years(years: Set[int]) -> None:
    """The years somebody loaded, asked together with something else of this page."""
    g.calendar_years = years


def is_estimated(day: date | None) -> bool:
    """Does this day lie in a year without its notice, so that weekends stood in for holidays?

    Only days beyond the shipped years ask the database, once a page.
    """
    if day is None or day.year in _shipped_years():
        return False
    if "calendar_years" not in g:
        g.calendar_years = set(db.session.scalars(select(CalendarYear.year)))
    return day.year not in g.calendar_years


@cache
def _shipped_years() -> frozenset[int]:
    return frozenset(year.year for year in shipped())
