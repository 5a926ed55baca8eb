"""Dates as bureaus write them: 2017.3.5, 2017年3月, 20170305, 40475, 2014-05; month and year precision are kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from crm.core.words import Say, say
from crm.imports.outcome import Outcome, Parsed, Problem, of_text
from crm.sheets.grid import Cell

SERIAL_ZERO = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 10_000, 80_000
"""Serials from 1927 to 2119; smaller numbers are years, months or mistakes."""
FIRST_YEAR, LAST_YEAR = 1900, 2100

_TIME = re.compile(r"(?<=\d)日?[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_APPROXIMATE = re.compile(r"^(?:约|大约|大概)|(?:左右|前后|许|起)$")
_APART = r"[.\-/年、·,]"
_DAY = re.compile(rf"(\d{{4}}){_APART}(\d{{1,2}})[.\-/月、·,](\d{{1,2}})[日号]?")
_MONTH = re.compile(rf"(\d{{4}}){_APART}(\d{{1,2}})(?:月份?)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_YEAR = re.compile(r"(\d{4})年?")
_DAY_FIRST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_SHORT_YEAR = re.compile(r"\d{2}(?:年|[./-])\d{1,2}(?:月|[./-])?(?:\d{1,2}日?)?")
_MAY_LACK_ZERO = re.compile(r"\d{4}\.1")
_CHINESE = re.compile(r"[〇零一二三四五六七八九十]+")
_NUMERALS = {"〇": 0, "零": 0} | {numeral: n for n, numeral in enumerate("一二三四五六七八九", 1)}


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class PartialDate:
    """A date as exactly as it is known; `on` is the first day of a month or year."""

    on: date
    precision: Precision = Precision.DAY

    def __str__(self) -> str:
        return self.on.isoformat()[: {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}[self.precision]]


@of_text
def day(cell: Cell, text: str) -> Outcome[PartialDate]:
    """A date of any of these forms; a bare serial number is the day a spreadsheet means by it."""
    match value := cell.value:
        case datetime():
            return _in_range(PartialDate(value.date()), text)
        case date():
            return _in_range(PartialDate(value), text)
        case bool() | time():
            return Problem(_no_date(text))
        case int() | Decimal() if FIRST_SERIAL <= value <= LAST_SERIAL:
            return Parsed(PartialDate(SERIAL_ZERO + timedelta(days=int(value))))
        case Decimal() if re.fullmatch(r"\d{4}\.[1-9]", text):
            return Problem(_lost_zero(text))
    return _of_text(text)


def _of_text(text: str) -> Outcome[PartialDate]:
    flat = _TIME.sub("", unicodedata.normalize("NFKC", text).strip())
    flat = _CHINESE.sub(_digits, "".join(flat.split())).rstrip(".。")
    bare = _APPROXIMATE.sub("", flat)
    is_vague = bare != flat or bool(_MAY_LACK_ZERO.fullmatch(bare))
    for form in (_DAY, _MONTH, _DIGITS, _YEAR):
        if found := form.fullmatch(bare):
            return _noted(_made(tuple(int(part) for part in found.groups() if part), text), text, is_vague)
    if bare.isdecimal() and len(bare) <= len(str(LAST_SERIAL)) and FIRST_SERIAL <= int(bare) <= LAST_SERIAL:
        return Parsed(PartialDate(SERIAL_ZERO + timedelta(days=int(bare))))
    return Problem(_why_not(bare, text))


def _made(numbers: tuple[int, ...], text: str) -> Outcome[PartialDate]:
    year, month, on = (*numbers, 1, 1)[:3]
    try:
        made = PartialDate(date(year, month, on), list(Precision)[3 - len(numbers)])
    except ValueError:
        return Problem(say("%(value)s is no day of the calendar. Write it as 2026-03-05.", value=text))
    return _in_range(made, text)


def _noted(outcome: Outcome[PartialDate], text: str, is_vague: bool) -> Outcome[PartialDate]:
    """Remark on what was read out of less than a full date, so that the clerk can see it before it is written."""
    if isinstance(outcome, Problem) or outcome.value is None:
        return outcome
    if is_vague or outcome.value.precision is Precision.YEAR:
        return Parsed(outcome.value, say("“%(value)s” is kept as %(date)s", value=text, date=outcome.value))
    return outcome


def _in_range(found: PartialDate, text: str) -> Outcome[PartialDate]:
    if FIRST_YEAR <= found.on.year <= LAST_YEAR:
        return Parsed(found)
    return Problem(say("%(value)s lies before 1900 or after 2100. Check the year.", value=text))


def _why_not(bare: str, text: str) -> Say:
    if _DAY_FIRST.fullmatch(bare) or _SHORT_YEAR.fullmatch(bare):
        return say("%(value)s can be read in two ways. Write the year first and in full: 2026-03-05.", value=text)
    if len(_DAY.findall(bare)) > 1 or len(re.findall(r"\d{4}[年.\-/]", bare)) > 1:
        return say("%(value)s holds more than one date. Keep the one that belongs here.", value=text)
    return _no_date(text)


def _no_date(text: str) -> Say:
    return say("%(value)s is not a date. Write it as 2026-03-05, or 2026-03 when only the month is known.", value=text)


def _lost_zero(text: str) -> Say:
    year, month = text.split(".")
    return say(
        "%(value)s may be month %(month)s or month 10, the spreadsheet drops the zero. Write %(year)s-0%(month)s or "
        "%(year)s-10.",
        value=text,
        year=year,
        month=month,
    )


def _digits(numerals: re.Match[str]) -> str:
    """二〇一七 is 2017, 十二 is 12, 二十 is 20, 二十三 is 23."""
    text = numerals.group()
    if "十" not in text:
        return "".join(str(_NUMERALS[numeral]) for numeral in text)
    tens, ones = text.split("十", 1)
    return str(_NUMERALS.get(tens, 1) * 10 + _NUMERALS.get(ones, 0))
