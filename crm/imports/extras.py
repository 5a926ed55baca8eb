"""Columns the register does not know: what kind they seem to be, and how their cells are kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from crm.enterprises import phones
from crm.imports import amounts, cells, dates
from crm.imports.outcome import Outcome, Parsed, Problem, written
from crm.sheets.grid import Cell, Kind

MOST_CHOICES = 12
CALLED_PHONE = re.compile(r"电话|手机|座机|联系方式|phone|mobile|\btel\b", re.IGNORECASE)


class ExtraKind(StrEnum):
    """What a column the register does not know may become."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    PHONE = "phone"


def parse(kind: ExtraKind, cell: Cell | None) -> Outcome[str]:
    """The value of a column the bureau keeps of its own, as the text the register stores (dates ISO)."""
    reader: Callable[[Cell | None], Outcome[Any]] = {
        ExtraKind.NUMBER: amounts.number,
        ExtraKind.DATE: dates.day,
        ExtraKind.PHONE: _phone,
    }.get(kind, cells.text)
    outcome = reader(cell)
    if isinstance(outcome, Problem) or outcome.value is None:
        return outcome if isinstance(outcome, Problem) else Parsed(None, outcome.note)
    value = format(outcome.value, "f") if isinstance(outcome.value, Decimal) else str(outcome.value)
    return Parsed(value, outcome.note)


def _phone(cell: Cell | None) -> Outcome[str]:
    """Numbers in their usual spelling; what is no number stays, for nobody promised one. A masked one is no news."""
    outcome = cells.text(cell)
    if isinstance(outcome, Problem) or outcome.value is None:
        return outcome
    return cells.masked() if phones.is_masked(outcome.value) else Parsed(phones.tidy(outcome.value), outcome.note)


def guess_kind(column: Iterable[Cell | None], label: str = "") -> ExtraKind:
    """What an unknown column seems to hold: phone numbers, dates, numbers, a few words again and again, else text."""
    filled = [cell for cell in column if written(cell)]
    if _holds_phones(filled, label):
        return ExtraKind.PHONE
    if filled and all(_reads(dates.day, cell) and _is_dated(cell) for cell in filled):
        return ExtraKind.DATE
    if filled and all(_reads(amounts.number, cell) and not _is_a_label(cell) for cell in filled):
        return ExtraKind.NUMBER
    words = Counter(map(written, filled))
    if len(filled) >= 4 and len(words) <= min(MOST_CHOICES, len(filled) // 2) and max(map(len, words)) <= 20:
        return ExtraKind.CHOICE
    return ExtraKind.TEXT


def _holds_phones(filled: Sequence[Cell | None], label: str) -> bool:
    """By its values beyond doubt, or by its heading and half of them; an empty column by its heading."""
    is_called = bool(CALLED_PHONE.search(label))
    is_number = phones.normal if is_called else phones.is_surely
    sure = sum(bool(phones.is_masked(text) or is_number(text)) for text in map(written, filled))
    return sure >= (0.5 if is_called else 0.8) * len(filled) if filled else is_called


def _reads(reader: Callable[[Cell | None], Outcome[Any]], cell: Cell | None) -> bool:
    return isinstance(reader(cell), Parsed)


def _is_dated(cell: Cell | None) -> bool:
    """A bare number such as 2010 or 40475 counts as a number in a column that nobody named a date."""
    is_bare_number = re.fullmatch(r"\d+(\.\d+)?", written(cell))
    return cell is not None and (cell.kind in (Kind.DATE, Kind.DATETIME) or not is_bare_number)


def _is_a_label(cell: Cell | None) -> bool:
    """Digits that are no quantity: a phone number, or a number with leading zeros."""
    digits = written(cell)
    return bool(phones.MOBILE.fullmatch(digits)) or (len(digits) > 1 and digits[0] == "0" and digits.isdigit())
