"""What a changed calendar does to dates that rooms to the right keep: shown before it is loaded, done when it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.core.words import Say
from crm.timeline import Actor
from crm.workdays.notices import Change
from crm.workdays.rules import Calendar

MOST_SHOWN = 200


@dataclass(frozen=True)
class Effect:
    """A row whose day has become a rest day; `after` differs from `before` when it moves, else it only is told."""

    what: str
    firm: str
    before: date
    after: date
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def moves(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Sort:
    """One sort of date: `find` its rows on days that became rest days, `move` those that must not stay there."""

    label: Say
    find: Callable[[Sequence[date], Calendar], list[Effect]]
    move: Callable[[Sequence[date], Calendar, Actor], int] | None = None


@dataclass(frozen=True)
class Found:
    label: Say
    total: int
    rows: list[Effect]


SORTS: list[Sort] = []


def register(*sorts: Sort) -> None:
    known = {sort.label.msgid for sort in SORTS}
    SORTS.extend(sort for sort in sorts if sort.label.msgid not in known)


def found(changed: Sequence[Change], after: Calendar) -> list[Found]:
    """The dates affected, by sort; sorts without any are left out."""
    rest = days_off(changed)
    by_sort = [(sort.label, sort.find(rest, after) if rest else []) for sort in SORTS]
    return [Found(label, len(rows), rows[:MOST_SHOWN]) for label, rows in by_sort if rows]


def move(changed: Sequence[Change], after: Calendar, by: Actor) -> int:
    """In the transaction that loads the notice; returns how many rows have another day now."""
    rest = days_off(changed)
    return sum(sort.move(rest, after, by) for sort in SORTS if sort.move is not None) if rest else 0


def days_off(changed: Sequence[Change]) -> list[date]:
    return [change.day for change in changed if not change.is_working]
