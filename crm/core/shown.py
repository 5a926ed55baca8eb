"""How values are written for people: days, moments, amounts. None is always `--`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from crm.core import clock
from crm.core.words import _, is_english

NOTHING = "--"
APART = " / "
"""Between several phone numbers of one contact, on pages, papers and files."""
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day(value: date | None, precision: str | None = None) -> str:
    """2026-03-05 in Chinese, 5 Mar 2026 in English; only as much as is known (precision month or year)."""
    if value is None:
        return NOTHING
    if precision == "year":
        return str(value.year)
    if precision == "month":
        return month(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if is_english() else f"{value:%Y-%m-%d}"


def month(value: date | None) -> str:
    if value is None:
        return NOTHING
    return f"{MONTHS[value.month - 1]} {value.year}" if is_english() else f"{value:%Y-%m}"


def moment(value: datetime | None) -> str:
    """Local date and 24-hour time of an aware instant."""
    if value is None:
        return NOTHING
    here = clock.local(value)
    return f"{day(here.date())} {here:%H:%M}"


def ago(value: datetime | None) -> str:
    """Relative up to a day, then the date; feeds only, with the absolute time in the title."""
    if value is None:
        return NOTHING
    minutes = int((clock.now() - value).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(n)s min ago", n=minutes)
    if minutes < 24 * 60:
        return _("%(n)s h ago", n=minutes // 60)
    return moment(value)


def number(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def wan(value: Decimal | None) -> str:
    """万元, thousands separated, no trailing zeros."""
    if value is None:
        return NOTHING
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan_in_wan(yuan: int, places: int = 4) -> Decimal:
    """Whole yuan as 万元, unrounded up to `places`."""
    return round(Decimal(yuan) / 10_000, places)


def percent(value: Decimal | None) -> str:
    """A ratio (0.123) with one decimal."""
    return NOTHING if value is None else f"{value * 100:.1f}%"


def numbers(text: str | None) -> list[str]:
    """The single phone numbers of a contact."""
    return [piece.strip() for piece in (text or "").split("/") if piece.strip()]


def phones(text: str | None) -> str:
    return APART.join(numbers(text))


FILTERS = {f.__name__: f for f in (day, month, moment, ago, number, wan, percent, numbers, phones)}
