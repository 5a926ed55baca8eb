"""The only reader of the clock. Instants are aware UTC; days are civil dates in the bureau's time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Offset = Callable[[], timedelta]

_zone = ZoneInfo("Asia/Shanghai")
_offset: Offset = timedelta


def configure(zone: str, offset: Offset = timedelta) -> None:
    """Set the bureau's time zone and how far business time runs ahead of the real clock (test and demo only)."""
    global _zone, _offset
    _zone, _offset = ZoneInfo(zone), offset


@contextmanager
def travelling() -> Iterator[Callable[[datetime], None]]:
    """Inside, business time goes where the yielded function sends it; afterwards it is what it was."""
    before = _offset

    def go(moment: datetime) -> None:
        ahead = moment - real_now()
        configure(str(_zone), lambda: ahead)

    try:
        yield go
    finally:
        configure(str(_zone), before)


def real_now() -> datetime:
    """The machine's clock: for leases, sessions and throttles, which business time must not move."""
    return datetime.now(UTC)


def now() -> datetime:
    return real_now() + _offset()


def today() -> date:
    return now().astimezone(_zone).date()


def local(instant: datetime) -> datetime:
    """The instant as the bureau's wall clock shows it."""
    return instant.astimezone(_zone)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """The UTC instant at which the bureau's clock shows this time on this day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=_zone).astimezone(UTC)
