"""What may be done with a promise, and on which day it falls."""

from __future__ import annotations

from datetime import date

from crm.core.errors import Obstacle
from crm.core.words import say

TIMES_LATER = 3
AHEAD = (7, 14, 30)
LONGEST_AHEAD = 730
KINDS = ("followup", "request")
CHASE_EVERY = 3
"""Working days between two reminders by hand of one thing."""


def postpone_obstacles(
    *, to_on: date, due_on: date, today: date, reason: str, postponed: int, by_manager: bool
) -> list[Obstacle]:
    """Why it cannot be put off; after three times only a manager of the firm may."""
    found = []
    if postponed >= TIMES_LATER and not by_manager:
        why = say("It was put off %(n)s times already: do it now, hand it back, or ask the manager", n=TIMES_LATER)
        found.append(Obstacle("", why))
    if to_on <= max(today, due_on):
        found.append(Obstacle("to_on", say("The new day must lie after today and after the old day")))
    found += [] if reason else [Obstacle("reason", say("Write why it has to wait"))]
    return found + too_far(to_on, today, "to_on")


def too_far(day: date, today: date, field: str) -> list[Obstacle]:
    if (day - today).days <= LONGEST_AHEAD:
        return []
    return [Obstacle(field, say("The day lies more than two years ahead"))]


def new_obstacles(*, text: str, due_on: date, today: date) -> list[Obstacle]:
    """Why this promise cannot be made."""
    found = [] if text else [Obstacle("followup_text", say("Write what is to be done"))]
    if due_on < today:
        found.append(Obstacle("followup_on", say("The day of the follow-up has passed")))
    return found + too_far(due_on, today, "followup_on")


def may_chase_again(working_days: int) -> bool:
    """Whether so many working days since the last time are enough to ask for the same thing again."""
    return working_days >= CHASE_EVERY
