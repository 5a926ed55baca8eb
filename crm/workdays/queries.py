"""The calendar in force: the shipped notices, the years an administrator loaded, and the bureau's own days on top."""

from __future__ import annotations

from datetime import date

from flask import g
from sqlalchemy import select

from crm.core.db import db
from crm.workdays.models import CalendarDay, CalendarYear
from crm.workdays.notices import shipped
from crm.workdays.rules import Calendar, Kind, Special, Year


def calendar() -> Calendar:
    """Loaded years count as published; their special days, like single overrides, are rows of their own."""
    known = {year.year for year in shipped()}
    loaded = db.session.execute(select(CalendarYear.year, CalendarYear.source)).all()
    years = [*shipped(), *(Year(year, source, {}) for year, source in loaded if year not in known)]
    rows = db.session.execute(select(CalendarDay.day, CalendarDay.kind, CalendarDay.label)).all()
    return Calendar(years, {day: Special(Kind(kind), label) for day, kind, label in rows})


def is_estimated(day: date | None) -> bool:
    """Does this day lie in a year without its notice, so that weekends stood in for holidays? Asked once a page."""
    if day is None:
        return False
    if "calendar_years" not in g:
        loaded = db.session.scalars(select(CalendarYear.year))
        g.calendar_years = {year.year for year in shipped()} | set(loaded)
    return day.year not in g.calendar_years
