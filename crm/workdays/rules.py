"""Arithmetic in statutory working days. Pure: the calendar's facts are given, nothing reads a clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class Kind(StrEnum):
    WORK = "work"
    REST = "rest"


@dataclass(frozen=True)
class Special:
    """A day that differs from Monday-Friday, and the holiday it belongs to; `en` is "" when only Chinese is known."""

    kind: Kind
    label: str = ""
    en: str = ""


@dataclass(frozen=True)
class Year:
    """One State Council notice: its special days, all others follow the week."""

    year: int
    source: str
    days: Mapping[date, Special]


@dataclass(frozen=True)
class WorkingDate:
    """`estimated`: a year without a published calendar was touched, so weekends stood in for holidays."""

    on: date
    estimated: bool


@dataclass(frozen=True)
class WorkingDays:
    count: int
    estimated: bool


class Calendar:
    """The bureau's override decides first, then the notice of the year, then Monday-Friday. No year raises."""

    def __init__(self, years: Iterable[Year], overrides: Mapping[date, Special] | None = None) -> None:
        """Of two notices for one year the later in order counts; a notice may reach into its neighbouring years."""
        self._years = {year.year: year for year in years}
        self._special: dict[date, Special] = {}
        for number in sorted(self._years):
            self._special.update(self._years[number].days)
        self._special.update(overrides or {})

    def with_day(self, day: date, special: Special) -> Calendar:
        """The same with one day decided otherwise."""
        return Calendar(self._years.values(), {**self._special, day: special})

    def is_published(self, year: int) -> bool:
        return year in self._years

    def special(self, day: date) -> Special | None:
        """What makes the day differ from its weekday; None on ordinary days."""
        return self._special.get(day)

    def special_of(self, year: int) -> tuple[int, int]:
        """Of a year: weekdays that are off, weekend days that are worked."""
        of_year = [(day, special) for day, special in self._special.items() if day.year == year]
        off = sum(special.kind is Kind.REST and day.weekday() < SATURDAY for day, special in of_year)
        return off, sum(special.kind is Kind.WORK and day.weekday() >= SATURDAY for day, special in of_year)

    def is_working_day(self, day: date) -> bool:
        special = self._special.get(day)
        return day.weekday() < SATURDAY if special is None else special.kind is Kind.WORK

    def add(self, start: date, days: int) -> WorkingDate:
        """The n-th working day after `start`, which itself does not count; before it when `days` is negative."""
        day, step = start, ONE_DAY if days >= 0 else -ONE_DAY
        estimated = not self.is_published(start.year) if days == 0 else False
        for _ in range(abs(days)):
            found = self._search(day, step)
            day, estimated = found.on, estimated or found.estimated
            if day in (date.min, date.max):
                break
        return WorkingDate(day, estimated)

    def next_working_day(self, day: date) -> WorkingDate:
        """The first working day after `day`."""
        return self.add(day, 1)

    def roll(self, day: date) -> WorkingDate:
        """The day itself when it is worked, else the next working day."""
        return self._stay_or(day, 1)

    def roll_back(self, day: date) -> WorkingDate:
        """The day itself when it is worked, else the last working day before."""
        return self._stay_or(day, -1)

    def between(self, start: date, end: date) -> WorkingDays:
        """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
        if end < start:
            back = self.between(end, start)
            return WorkingDays(-back.count, back.estimated)
        count = _weekdays_until(end) - _weekdays_until(start)
        for day, special in self._special.items():
            if start < day <= end:
                count += (special.kind is Kind.WORK) - (day.weekday() < SATURDAY)
        first = start + ONE_DAY if start < end else start
        return WorkingDays(count, not all(map(self.is_published, range(first.year, end.year + 1))))

    def _stay_or(self, day: date, move: int) -> WorkingDate:
        if self.is_working_day(day):
            return WorkingDate(day, not self.is_published(day.year))
        moved = self.add(day, move)
        return WorkingDate(moved.on, moved.estimated or not self.is_published(day.year))

    def _search(self, day: date, step: timedelta) -> WorkingDate:
        """The nearest working day in one direction; at the end of the calendar's own range that last day."""
        estimated = False
        while day != (date.max if step > timedelta() else date.min):
            day += step
            estimated = estimated or not self.is_published(day.year)
            if self.is_working_day(day):
                return WorkingDate(day, estimated)
        return WorkingDate(day, True)


def _weekdays_until(day: date) -> int:
    """Mondays to Fridays from 0001-01-01, a Monday, up to and including `day`."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)
