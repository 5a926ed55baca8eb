"""The State Council's notice as it is printed: its sentences about days off and make-up days.

一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.workdays.rules import SATURDAY, Kind, Special

TITLE = re.compile(r"(\d{4})\s*年(?:部分)?节假日安排")
DOCUMENT = re.compile(r"国办发明电\s*[〔\[（(]\d{4}[〕\]）)]\s*\d+\s*号")
ITEM = re.compile(r"[一二三四五六七八九十]+、\s*([^：:。\n]{2,20})[：:]([^\n]*)")
ASIDE = re.compile(r"[（(][^（()）]*[)）]")
DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日"
OFF = re.compile(rf"{DAY}(?:(?:至|-|—|～){DAY})?[^，,；;]*?放假")
WORK = re.compile(DAY)
ENGLISH = {
    "元旦": "New Year's Day", "春节": "Spring Festival", "清明节": "Tomb-Sweeping Day", "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival", "中秋节": "Mid-Autumn Festival", "国庆节": "National Day",
}  # fmt: skip
Found = tuple[date, Special]


def looks_like_it(text: str) -> bool:
    return bool(TITLE.search(text)) and "放假" in text and bool(ITEM.search(text))


def read(text: str) -> tuple[int, str, list[Found]]:
    """(year, source, days). Raises RuleBroken when a sentence cannot be a day of the calendar."""
    heading = TITLE.search(text)
    if heading is None:
        raise RuleBroken(say("The notice does not name its year"), "file")
    year, document = int(heading[1]), DOCUMENT.search(text)
    source = f"国务院办公厅关于{year}年部分节假日安排的通知" + (f"（{document[0]}）" if document else "")
    return year, source, [found for name, body in ITEM.findall(text) for found in _of_item(name.strip(), body, year)]


def _of_item(name: str, body: str, year: int) -> Iterator[Found]:
    """What one holiday says: a range off, days of work."""
    english = ENGLISH.get(re.split("[、和]", name)[0], "")
    for sentence in ASIDE.sub("", body).replace(" ", "").split("。"):
        if off := OFF.search(sentence):
            first = _date(off.groups()[:3], year, None)
            last = _date(off.groups()[3:], year, first) if off[6] else first
            for n in range((last - first).days + 1):
                yield first + timedelta(days=n), Special(Kind.REST, name, english)
        elif "上班" in sentence:
            yield from _worked(sentence, name, english, year)


def _worked(sentence: str, name: str, english: str, year: int) -> Iterator[Found]:
    before: date | None = None
    for parts in WORK.findall(sentence):
        before = _date(parts, year, before)
        if before.weekday() < SATURDAY:
            raise RuleBroken(say("%(day)s is a weekday; a make-up day falls on a weekend", day=before), "file")
        yield before, Special(Kind.WORK, name, english)


def _date(parts: tuple[str | None, ...], year: int, before: date | None) -> date:
    """A day; the month it leaves out is that of the day before it, the year that of the notice."""
    named, month, day = parts
    if not month and before is None:
        raise RuleBroken(say("A day in the notice names no month"), "file")
    try:
        found = date(
            int(named) if named else before.year if before else year,
            int(month or (before or date.min).month),
            int(day or 0),
        )
    except ValueError as wrong:
        raise RuleBroken(
            say("A day in the notice does not exist (%(where)s)", where="".join(filter(None, parts))), "file"
        ) from wrong
    if before is not None and not 0 <= (found - before).days <= 366:
        raise RuleBroken(say("The days of the notice are out of order near %(day)s", day=found), "file")
    return found
