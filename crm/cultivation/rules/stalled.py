"""A track stands still when it has been in its state for half as long again as was planned."""

from __future__ import annotations

from datetime import date

from crm.cultivation.rules.states import Ladder, State


def is_stalled(state: State, since: date, today: date) -> bool:
    """States without a planning time never are."""
    return state.days is not None and (today - since).days * 2 > state.days * 3


def longest(ladder: Ladder) -> dict[str, int]:
    """By state, the days after which a track in it stands still."""
    every = (state for kind in ladder.kinds.values() for state in kind.states.values())
    return {state.code: state.days * 3 // 2 for state in every if state.days is not None}
