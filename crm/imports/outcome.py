"""What reading one cell gives: a value, perhaps with a remark for the check page, or words for what to mend."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Generic, ParamSpec, TypeAlias, TypeVar, cast

from crm.core.words import Say, say
from crm.sheets.grid import Cell, Kind

T = TypeVar("T")
P = ParamSpec("P")

EMPTY = frozenset(
    {
        "/",
        "//",
        "\\",
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "―",
        "－",
        ".",
        "*",
        "无",
        "無",
        "没有",
        "暂无",
        "暂缺",
        "缺",
        "空",
        "空白",
        "待定",
        "待补",
        "待补充",
        "待补信用代码",
        "待查",
        "未知",
        "未填",
        "不详",
        "不适用",
        "n/a",
        "na",
        "n.a.",
        "null",
        "none",
        "nil",
    }
)
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


_FULL = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
_HALF = {wide: wide - 0xFEE0 for wide in _FULL} | {0x3000: " "}


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """`value` None: nothing to change, what the register has stays. `note` is shown, it keeps no row out."""

    value: T | None
    note: Say | None = None


@dataclass(frozen=True)
class Problem:
    """Why the cell cannot be taken, with its value, and how to mend it."""

    say: Say


Outcome: TypeAlias = Parsed[T] | Problem


def of_text(
    read: Callable[Concatenate[Cell, str, P], Outcome[T]],
) -> Callable[Concatenate[Cell | None, P], Outcome[T]]:
    """Make a reader of cells out of one of non-empty ones with their text: what is empty or broken is answered here."""

    def reader(cell: Cell | None, /, *args: P.args, **kwargs: P.kwargs) -> Outcome[T]:
        if problem := _broken(cell):
            return problem
        text = written(cell)
        return read(cell, text, *args, **kwargs) if cell and text else Parsed(None)

    return cast("Callable[Concatenate[Cell | None, P], Outcome[T]]", wraps(read)(reader))


def written(cell: Cell | None) -> str:
    """The cell as text: half-width letters and digits, spaces at the ends gone; "" when it is empty or a dash."""
    text = half_width(cell.text).strip() if cell and not shows_error(cell) else ""
    return "" if _is_dash(text) else text


def shows_error(cell: Cell | None) -> bool:
    """Whether the cell shows #N/A, #REF! … in place of a value, as Excel knows it or as text in a CSV."""
    return cell is not None and (cell.kind is Kind.ERROR or cell.text.strip().upper() in ERRORS)


def _is_dash(text: str) -> bool:
    return unicodedata.normalize("NFKC", text).casefold() in EMPTY


def half_width(text: str) -> str:
    """Full-width letters, digits and spaces folded; Chinese punctuation stays as it is."""
    return text.translate(_HALF)


def _broken(cell: Cell | None) -> Problem | None:
    """A formula that was never calculated: nobody knows what it would say."""
    if cell is None or cell.kind is not Kind.UNCALCULATED:
        return None
    return Problem(say("The formula in this cell was never calculated. Open and save the file once, then upload it."))


def masked() -> Parsed[T]:
    """For a value with stars: an export showed it so, it must not overwrite the real one."""
    return Parsed(None, say("Masked value, what the register has stays"))
