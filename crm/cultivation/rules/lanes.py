"""The columns of a board: the phases of one kind of track, or the rungs over all kinds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from crm.cultivation.rules.states import Kind, Ladder, Named, State


@dataclass(frozen=True)
class Lane:
    """A column with the steps whose cards stand in it; one without steps holds firms that a yearly list put there."""

    named: Named
    states: tuple[str, ...]

    @property
    def code(self) -> str:
        return self.named.code


def of_kind(kind: Kind) -> list[Lane]:
    return _lanes(kind.phases, [(state.phase, state) for state in kind.states.values()])


def of_rungs(ladder: Ladder, listed: Collection[str] = ()) -> list[Lane]:
    """Rungs that some step stands on, and those that lists alone give: lanes without steps."""
    every = [(state.rung, state) for kind in ladder.kinds.values() for state in kind.states.values()]
    return _lanes(ladder.rungs, every, listed)


def _lanes(named: Iterable[Named], states: list[tuple[str, State]], listed: Collection[str] = ()) -> list[Lane]:
    made = (Lane(each, tuple(s.code for code, s in states if code == each.code and not s.is_end)) for each in named)
    return [lane for lane in made if lane.states or lane.code in listed]


def places(lanes: Iterable[Lane]) -> dict[str, str]:
    """The lane of each step."""
    return {state: lane.code for lane in lanes for state in lane.states}


def within_reach(state: State, lanes: Iterable[Lane]) -> list[str]:
    """Lanes a card in this step may be moved to, its own too when another step of it may follow."""
    place = places(lanes)
    return sorted({place[code] for code in state.next if code in place})


def next_step(kind: Kind, state: State) -> State | None:
    """What usually follows: the first step named that does not end the track; nothing where it has arrived."""
    if state.figure:
        return None
    return next((kind.states[code] for code in state.next if not kind.states[code].is_end), None)
