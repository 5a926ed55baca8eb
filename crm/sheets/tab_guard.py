"""A tab before a CSV value that a spreadsheet program would run as a formula or read as a number it mangles.

Exactly undone by `bare`: a value that itself starts with a tab is guarded too, so export and import meet again.
"""

from __future__ import annotations

import re

RUNS = tuple("=+-@\t\r\n＝＋－＠|%")
MANGLED_NUMBER = re.compile(r"0\d+|\d{12,}|\d+(\.\d+)?[eE][+-]?\d+")
BLANKS = " \u00a0\u3000\u200b\ufeff"


def guarded(text: str) -> str:
    return f"\t{text}" if _is_risky(text) else text


def bare(text: str) -> str:
    return text[1:] if text.startswith("\t") and _is_risky(text[1:]) else text


def _is_risky(text: str) -> bool:
    return text.lstrip(BLANKS).startswith(RUNS) or MANGLED_NUMBER.fullmatch(text) is not None
