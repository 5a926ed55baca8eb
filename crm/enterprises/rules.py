"""What an enterprise's data may be: days of different precision, money in 万元, numbers. Pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

_DAY = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?|年)?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")
LARGEST_YUAN = 10**15
PrecisionWord = Literal["day", "month", "year"]


def founding_day(text: str) -> tuple[date, PrecisionWord] | None:
    """2014-05-06, 2014-05, 2014年5月 or 2014, with the precision that was written; None when it is no day."""
    found = _DAY.fullmatch(text.translate(_FULL_WIDTH).replace(" ", ""))
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    return first, "day" if day else "month" if month else "year"


def number_or_none(text: str) -> Decimal | None:
    """A plain number, commas between thousands allowed, without trailing zeros; None when it is none."""
    flat = text.translate(_FULL_WIDTH).replace(",", "").strip()
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", flat):
        return None
    try:
        number = Decimal(flat)
    except InvalidOperation:
        return None
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def yuan(wan: str) -> int | None:
    """万元 as typed to whole yuan; None when it is no amount of money."""
    number = number_or_none(wan)
    if number is None or number < 0 or number * 10_000 > LARGEST_YUAN:
        return None
    return int((number * 10_000).to_integral_value())
