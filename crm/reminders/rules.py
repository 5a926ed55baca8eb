"""What of a promise may stand in a mail: its first words, unless they could say more than a mail may."""

from __future__ import annotations

import re
from datetime import date

from crm.core.rulebook import rulebook

WIDEST = 40
"""Columns, a Chinese character taking two."""
FIGURES = re.compile(
    r"\d[\d\s,，.\-]{3,}\d|\d\s*[%％‰]|[\d,.]+\s*(?:元|million|bn)"
    r"|[\d一二三四五六七八九十两几数百千]\s*[百千万亿]|[一二三四五六七八九十两百千万亿零〇]\s*(?:元|块钱)"
    r"|[壹贰叁肆伍陆柒捌玖拾]\s*[拾佰仟万亿元圆]|[一二三四五六七八九零〇幺两]{5,}",
    re.I,
)
"""Phone numbers, codes, amounts and shares; a day such as 12月4日 is none."""
DAY = re.compile(r"(?<![\d.\-/])20\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d|[-./]\d)")
"""A plain day such as 2026-12-04 is no number; figures before and after it are not joined."""


def first_words(text: str, on: date) -> str:
    """One line, cut after `WIDEST` columns; "" for what must not be quoted."""
    flat = " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())
    lower = flat.casefold()
    if FIGURES.search(DAY.sub("|", flat)) or any(
        word in lower for word in rulebook("reminders/unquoted").on(on).content["words"]
    ):
        return ""
    wide, end = 0, len(flat)
    for place, ch in enumerate(flat):
        wide += 1 if ch.isascii() else 2
        if wide > WIDEST:
            end = place
            break
    return flat if end == len(flat) else f"{flat[:end].rstrip()}…"
