"""What stands on the days of a calendar: open follow-ups, planned visits, holidays and make-up days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from crm.accounts.models import User
from crm.core.db import read
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import of_visible
from crm.followups import queries as followups
from crm.followups.models import Followup
from crm.visits.models import Visit, VisitState
from crm.workdays.queries import calendar
from crm.workdays.rules import Calendar, Kind
from crm.workdays.words import name_of

ONE_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
AGENDA_DAYS = 30
MOST = 600
FIRST, LAST = date(1950, 1, 1), date(2200, 12, 31)


@dataclass(frozen=True)
class Span:
    """The days shown, both included, and where the arrows lead."""

    first: date
    last: date
    before: date
    after: date


@dataclass
class Day:
    on: date
    is_working: bool
    is_special: bool
    label: str
    promises: list[Any] = field(default_factory=list)
    visits: list[Any] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.promises or self.visits or self.is_special)


def span_of(view: str, day: date) -> Span:
    """A month in whole weeks, the week from Monday, or thirty days from `day`."""
    day = min(max(day, FIRST), LAST)
    if view == "week":
        monday = day - timedelta(days=day.weekday())
        return Span(monday, monday + 6 * ONE_DAY, monday - A_WEEK, monday + A_WEEK)
    if view == "agenda":
        length = AGENDA_DAYS * ONE_DAY
        return Span(day, day + length - ONE_DAY, day - length, day + length)
    first = day.replace(day=1)
    after = (first + 31 * ONE_DAY).replace(day=1)
    begin, end = first - timedelta(days=first.weekday()), after - ONE_DAY
    return Span(begin, end + timedelta(days=6 - end.weekday()), (first - ONE_DAY).replace(day=1), after)


@dataclass(frozen=True)
class Cut:
    """How many there are in the span where a calendar does not hold them all, else 0."""

    promises: int
    visits: int


def days_of(span: Span, me: User, *, is_unit: bool) -> tuple[list[Day], set[int], Cut]:
    """Every day of the span with what is on it, the years in it whose holidays are not published yet, and what was too
    much."""
    days = calendar()
    shown = [_day(span.first + n * ONE_DAY, days) for n in range((span.last - span.first).days + 1)]
    promises, promised = _first(_promises(span, me, is_unit))
    visits, planned = _first(_visits(span, me, is_unit))
    for day in shown:
        day.promises, day.visits = promises[day.on], visits[day.on]
    return shown, {day.on.year for day in shown if not days.is_published(day.on.year)}, Cut(promised, planned)


def _day(on: date, days: Calendar) -> Day:
    special = days.special(on)
    is_working = days.is_working_day(on)
    is_special = special is not None and (special.kind is Kind.REST or on.weekday() > 4)
    return Day(on, is_working, is_special, name_of(special) if is_special else "")


def _first(query: Select[Any]) -> tuple[dict[date, list[Any]], int]:
    """The first rows by day; of more than are taken also how many there are."""
    rows, found = read(query.limit(MOST + 1)).all(), defaultdict(list)
    for row in rows[:MOST]:
        found[row.on].append(row)
    if len(rows) <= MOST:
        return found, 0
    return found, read(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()


def _promises(span: Span, me: User, is_unit: bool) -> Select[Any]:
    whose = of_visible(Followup, me, followups.OVERSEES) if is_unit else Followup.owner_id == me.id
    f = Followup
    query = select(f.id, f.text, f.due_on.label("on"), User.name.label("who"), *_firm())
    query = query.join(Enterprise, Enterprise.id == f.enterprise_id).outerjoin(User, User.id == f.owner_id)
    return _within(query.where(followups.OPEN, whose), f.due_on, f.id, span)


def _visits(span: Span, me: User, is_unit: bool) -> Select[Any]:
    whose: ColumnElement[bool] = Visit.author_id == me.id
    if is_unit:
        whose = of_visible(Visit, me, followups.OVERSEES)
    query = select(Visit.id, Visit.at_time, Visit.visited_on.label("on"), User.name.label("who"), *_firm())
    query = query.join(Enterprise, Enterprise.id == Visit.enterprise_id).join(User, User.id == Visit.author_id)
    return _within(query.where(Visit.state == VisitState.PLANNED, whose), Visit.visited_on, Visit.id, span)


def _firm() -> tuple[Any, ...]:
    return Enterprise.id.label("firm_id"), Enterprise.name.label("firm"), Enterprise.short_name


def _within(query: Select[Any], column: Any, tie: Any, span: Span) -> Select[Any]:
    return query.where(column.between(span.first, span.last)).order_by(column, tie)
