"""Days from entering a phase of a track to leaving it, and their median."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median


@dataclass(frozen=True)
class Passed:
    """A track was in a phase on the days [from_on, until_on), None: still. `is_baseline`: taken over as it stood, so
    the phase may have begun earlier. Phases without a name are left out."""

    track: int
    firm: int
    kind: str
    phase: str
    from_on: date
    until_on: date | None
    is_baseline: bool = False


@dataclass(frozen=True)
class Spent:
    """Median days in a phase, over so many passages of so many firms."""

    kind: str
    phase: str
    days: int
    times: int
    firms: int


def passed(spans: Iterable[Passed]) -> Iterator[Passed]:
    """Spans of a track in their order, neighbours of one phase joined; those begun or ended unseen are left out."""
    last: Passed | None = None
    for span in spans:
        if last is not None and (last.track, last.phase) == (span.track, span.phase):
            last = Passed(last.track, last.firm, last.kind, last.phase, last.from_on, span.until_on, last.is_baseline)
            continue
        yield from _whole(last)
        last = span
    yield from _whole(last)


def _whole(span: Passed | None) -> Iterator[Passed]:
    if span is not None and span.phase and span.until_on is not None and not span.is_baseline:
        yield span


def medians(spans: Iterable[Passed]) -> dict[tuple[str, str], Spent]:
    """By kind and phase; half days are rounded up."""
    days: dict[tuple[str, str], list[int]] = defaultdict(list)
    firms: dict[tuple[str, str], set[int]] = defaultdict(set)
    for span in spans:
        assert span.until_on is not None
        days[span.kind, span.phase].append((span.until_on - span.from_on).days)
        firms[span.kind, span.phase].add(span.firm)
    return {
        (kind, phase): Spent(kind, phase, int(median(found) + 0.5), len(found), len(firms[kind, phase]))
        for (kind, phase), found in days.items()
    }
