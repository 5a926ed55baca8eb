"""Clocks that a step starts: until when they run, whether a later step has overtaken them, when to remind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from crm.core.months import months_later
from crm.cultivation.rules.history import Step
from crm.cultivation.rules.states import Deadline, Kind


@dataclass(frozen=True)
class Due:
    """A clock that runs: started by the step in `state` on `since`, it ends on `on`."""

    words: Deadline
    state: str
    since: date
    on: date

    def reached(self, today: date) -> int | None:
        """How many days before its end the last reminder falls that has come; None before the first."""
        return min((days for days in self.words.remind if self.on - timedelta(days=days) <= today), default=None)

    def left(self, today: date) -> int:
        """Days to its end, negative after it."""
        return (self.on - today).days


def running(kind: Kind, course: Sequence[Step]) -> Due | None:
    """The clock that runs on a course; a later step ends it unless the clock runs through that state."""
    for place in range(len(course) - 1, -1, -1):
        words = kind.states[course[place].state].deadline
        if words is None:
            continue
        if any(step.state not in words.through for step in course[place + 1 :]):
            return None
        return Due(words, course[place].state, course[place].on, _ends(words, course[: place + 1]))
    return None


def _ends(words: Deadline, course: Sequence[Step]) -> date:
    """A budget counts all days spent in the state, and rests between."""
    state, since = course[-1].state, course[-1].on
    if not words.budget:
        return months_later(since, words.months)
    first = next(step.on for step in course if step.state == state)
    whole = months_later(first, words.months) - first
    used = sum(
        (after.on - step.on for step, after in pairwise(course) if step.state == state),
        timedelta(),
    )
    return since + whole - used
