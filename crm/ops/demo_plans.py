"""What the demonstration expects: plans and partners of the tracks on their way, targets of 2017 and of this year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crm.accounts.queries import root
from crm.core.db import db
from crm.cultivation import partners, planning, targets
from crm.cultivation.models import Track
from crm.cultivation.rules.plan import Plan

if TYPE_CHECKING:
    from crm.ops.demo import Story


SOON = 60
"""Days; what is expected so soon is expected this year."""


def expect(story: Story, told: dict[str, Any], ids: Sequence[int]) -> None:
    """`ids` are the tracks in the order of the file."""
    for row_id, way in zip(ids, told["tracks"], strict=False):
        if "plan" in way:
            track = db.session.get_one(Track, row_id)
            planning.plan(track, _plan(story, told, way["plan"]), seq=1, by=story.cast.manager)
            for role, n in way.get("partners", {}).items():
                name = told["partners"][story.language][n]
                partners.engage(track, name, role=role, since_on=track.since_on, by=story.cast.clerk)
    for each in told["targets"]:
        made = targets.put(
            "step", each["step"], year=(each.get("day") or story.today).year, unit=root(), low=each["low"],
            high=each["high"], document_no=each.get(story.language, ""), by=story.cast.manager,
        )  # fmt: skip
        made.from_on = each.get("day") or made.from_on
        db.session.flush()


def _plan(story: Story, told: dict[str, Any], plan: list[Any]) -> Plan:
    goal_class, days, blocker, move = (*plan, "", "")[:4]
    goal_on = story.today + timedelta(days=days)
    goal_on = min(goal_on, date(story.today.year, 12, 31)) if days < SOON else goal_on
    words = told["blockers"][blocker][story.language] if blocker else ""
    return Plan("", goal_on=goal_on, goal_class=goal_class, blocker=words, blocked_by=move)
