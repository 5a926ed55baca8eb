"""Names for files and sheets that every system takes."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

NOT_IN_FILES = re.compile(r'[\\/:*?"<>|]')
NOT_IN_SHEETS = re.compile(r"[\[\]:*?/\\]")
LONGEST_PART = 60  # characters; three such parts in UTF-8 stay below 255 bytes with the date
LONGEST_SHEET = 31  # in UTF-16 units, as Excel counts


def file_name(title: str, *, unit: str = "", on: date, suffix: str) -> str:
    """2026年11月走访台账(经发局)20261123.xlsx; `suffix` without its dot."""
    bureau = f"({_safe(unit, LONGEST_PART // 3)})" if _safe(unit, 1) else ""
    return f"{_safe(title, LONGEST_PART)}{bureau}{on:%Y%m%d}.{suffix}"


def sheet_name(title: str, fallback: str = "Sheet1") -> str:
    """At most 31 UTF-16 units, none of []:*?/\\, no apostrophe at either end."""
    name = NOT_IN_SHEETS.sub(" ", _printable(title)).strip(" '")
    while len(name.encode("utf-16-le")) > 2 * LONGEST_SHEET:
        name = name[:-1]
    name = name.strip(" '")
    return fallback if not name or name.casefold() == "history" else name


def _safe(part: str, longest: int) -> str:
    return NOT_IN_FILES.sub("_", _printable(part)).strip(" .")[:longest].rstrip(" .")


def _printable(text: str) -> str:
    """Without control and direction characters; they hide a suffix or break a header."""
    return "".join(c for c in " ".join(text.split()) if not unicodedata.category(c).startswith("C"))
