"""What may be planned for a track, and how often and how far its days were put off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from crm.core.errors import Obstacle
from crm.core.words import Say, say

CLASSES = {"sure": say("Sure"), "trying": say("Striving"), "reserve": say("Reserve")}
"""确保, 力争, 储备: how certain the quotation or listing is."""
MOVES = {
    "enterprise": say("The enterprise"),
    "broker": say("The intermediaries"),
    "bureau": say("Our bureau"),
    "department": say("Another department"),
    "exchange": say("The exchange or regulator"),
}
"""Whose move it is."""
DAYS_OF_A_MONTH = 30.44
STALLED = 1.5
"""A track is stalled when it is in a step for so many times the step's planning time."""
FEWEST, MOST = 1, 3650
"""Days that may be planned for a step."""


@dataclass(frozen=True)
class Plan:
    """What is expected of a track while it is in `state`."""

    state: str
    next_on: date | None = None
    goal_on: date | None = None
    goal_class: str = ""
    blocker: str = ""
    blocked_by: str = ""


@dataclass(frozen=True)
class Slippage:
    """How often a day was put off, and by how many days in all."""

    times: int = 0
    days: int = 0

    @property
    def months(self) -> int:
        return round(self.days / DAYS_OF_A_MONTH)


NOTHING = Plan("")


def obstacles(before: Plan | None, after: Plan, reason: str) -> list[Obstacle]:
    """Why a plan cannot be kept as it is typed. The first one needs no reason."""
    found = []
    if _same(before or NOTHING, after):
        found.append(Obstacle("", say("Nothing would change: choose what is expected now")))
    if after.goal_class and after.goal_class not in CLASSES:
        found.append(Obstacle("goal_class", say("There is no such class")))
    if after.blocked_by and after.blocked_by not in MOVES:
        found.append(Obstacle("blocked_by", say("Say whose move it is")))
    if after.blocker and not after.blocked_by:
        found.append(Obstacle("blocked_by", say("Say whose move it is")))
    if after.blocked_by and not after.blocker:
        found.append(Obstacle("blocker", say("Say what blocks it")))
    if after.next_on and after.goal_on and after.goal_on < after.next_on:
        found.append(Obstacle("goal_on", say("It lies before the next milestone")))
    if before is not None and not reason.strip():
        found.append(Obstacle("reason", say("A change of the plan needs its reason")))
    return found


def _same(before: Plan, after: Plan) -> bool:
    names = ("next_on", "goal_on", "goal_class", "blocker", "blocked_by")
    return all(getattr(before, name) == getattr(after, name) for name in names)


def slippage(plans: Sequence[Plan]) -> Slippage:
    """The day of quotation or listing counts; where none was named, the next milestone's within one step."""
    late = [days for before, after in pairwise(plans) if (days := _put_off(before, after)) > 0]
    return Slippage(len(late), sum(late))


def _put_off(before: Plan, after: Plan) -> int:
    if before.goal_on and after.goal_on:
        return (after.goal_on - before.goal_on).days
    if before.goal_on or after.goal_on or before.state != after.state:
        return 0
    return (after.next_on - before.next_on).days if before.next_on and after.next_on else 0


def slipped(times: int, days: int) -> Say | None:
    """预计时间推迟 3 次，共 7 个月; None when nothing was put off."""
    if not times:
        return None
    if (months := Slippage(times, days).months) >= 1:
        return say("Put off %(times)s×, %(months)s months in all", times=times, months=months)
    return say("Put off %(times)s×, %(days)s days in all", times=times, days=days)


def stalled_before(days: int | None, today: date) -> date | None:
    """In a step with this planning time since before that day: stalled. None: nothing is planned, it never is."""
    return None if days is None else today - timedelta(days=int(days * STALLED))


def is_stalled(days: int | None, since: date, today: date) -> bool:
    limit = stalled_before(days, today)
    return limit is not None and since < limit
