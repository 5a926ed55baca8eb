"""One cell on its way from the reading process: JSON values, so that nothing sent can be more than data.

Text, whole number and truth value go as they are, a broken number as a JSON float, the rest as [mark, text].
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

from crm.sheets.grid import Cell, Kind, Value

PRECISE_BELOW = 10**15  # a workbook keeps 15 digits of a number
LOST_DIGITS = re.compile(r"\s*[0-9]\.[0-9]+E\+?(1[5-9]|[2-9][0-9])\s*", re.IGNORECASE)


def packed(value: Any) -> Any:
    """A value as the reader gives it, ready for JSON; None for an empty one."""
    match value:
        case str():
            return value or None
        case bool():
            return value
        case int() | float():
            return _packed_number(value)
        case datetime():
            return ["datetime", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case time():
            return ["time", value.isoformat()]
        case timedelta():
            return _duration(value)
    return None


def odd(text: str) -> list[str]:
    """An error text, or "" for a formula that was never calculated."""
    return ["error", text] if text else ["uncalculated", ""]


def _packed_number(value: float) -> Any:
    if not isfinite(value):
        return ["error", "#NUM!"]
    if abs(value) >= PRECISE_BELOW:
        return ["imprecise", format(Decimal(f"{value:.15g}"), "E")]
    return int(value) if value == int(value) else value


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def unpacked_cell(raw: Any) -> Cell | None:
    """Raises ValueError, KeyError or TypeError for what `packed` never makes."""
    if raw is None:
        return None
    if isinstance(raw, str):
        return Cell(raw, Kind.TEXT, LOST_DIGITS.fullmatch(raw) is not None)
    if isinstance(raw, bool):
        return Cell(raw, Kind.BOOLEAN)
    if isinstance(raw, int):
        return Cell(raw, Kind.NUMBER)
    if isinstance(raw, float):
        return Cell(Decimal(f"{raw:.15g}"), Kind.NUMBER)
    mark, text = raw
    if mark == "imprecise":
        return Cell(text, Kind.NUMBER, imprecise=True)
    kind = Kind(mark)
    return Cell(_READ[kind](text), kind)


_READ: dict[Kind, Callable[[str], Value]] = {
    Kind.DATE: date.fromisoformat,
    Kind.DATETIME: datetime.fromisoformat,
    Kind.TIME: time.fromisoformat,
    Kind.ERROR: str,
    Kind.UNCALCULATED: str,
}
