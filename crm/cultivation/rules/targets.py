"""What a year is to bring and how far it has come: target, done, sure, trying, the share of the year, the gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from crm.core.errors import Obstacle
from crm.core.words import Say, say
from crm.cultivation.rules.ladder import Ladder

WHOLE = 10_000


@dataclass(frozen=True)
class Progress:
    """`sure` and `trying` are None where classes say nothing about what is counted; `passed` is the share of the year
    gone by, in 1/10,000; `gap` is what the low end still lacks when all sure ones come."""

    low: int
    high: int
    done: int
    sure: int | None
    trying: int | None
    passed: int
    gap: int

    @property
    def percent(self) -> int:
        """Whole percents of the year, rounded down: never 100 before its last day."""
        return self.passed * 100 // WHOLE


def progress(
    low: int, high: int, done: int, *, year: int, on: date, sure: int | None = None, trying: int | None = None
) -> Progress:
    gap = max(0, low - done - (sure or 0))
    return Progress(low, high, done, sure, trying, passed_of(year, on), gap)


def passed_of(year: int, on: date) -> int:
    """The share of a year that has passed at the end of a day, in 1/10,000."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    if on < first:
        return 0
    days = (min(on, last) - first).days + 1
    return days * WHOLE // ((last - first).days + 1)


def subjects(known: Ladder) -> Iterator[tuple[str, str]]:
    """What targets can be set for, (measure, code): head figures, and every step that leaves a track open."""
    for figure in known.figures:
        yield "new", figure.code
        yield "stock", figure.code
    for code, kind in known.owner.items():
        if not kind.states[code].is_end:
            yield "step", code


def subject_word(known: Ladder, measure: str, code: str) -> Say:
    """In words; a code that no file knows any more stays as it is."""
    if measure == "step":
        kind = known.owner.get(code)
        told = f"{kind} · {kind.states[code]}" if kind else code
    else:
        told = next((str(figure) for figure in known.figures if figure.code == code), code)
    if measure == "stock":
        return say("At the end of the year: %(subject)s", subject=told)
    return say("New this year: %(subject)s", subject=told)


def kinds_meant(known: Ladder, measure: str, code: str) -> tuple[str, ...]:
    """Kinds of track whose plans (确保, 力争) are about this: those that reach the figure; none for other steps."""
    if measure == "step":
        return (known.owner[code].code,) if code in known.owner and known.state(code).figure else ()
    return tuple(kind.code for kind in known.kinds.values() if code in {s.figure for s in kind.states.values()})


def obstacles(known: Ladder, measure: str, code: str, low: int, high: int, year: int) -> list[Obstacle]:
    found = []
    if (measure, code) not in set(subjects(known)):
        found.append(Obstacle("subject", say("No target can be set for this")))
    if low < 1:
        found.append(Obstacle("low", say("At least one firm")))
    if high < low:
        found.append(Obstacle("high", say("The high end is not below the low end")))
    if not 1990 <= year <= 2200:
        found.append(Obstacle("year", say("Write the year in four digits")))
    return found
