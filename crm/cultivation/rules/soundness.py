"""What can be wrong with a ladder: states nobody reaches, edges to nowhere, a label without one of its languages."""

from __future__ import annotations

from collections.abc import Iterator

from crm.cultivation.rules.states import Kind, Ladder, State

NEEDS = frozenset({"joint_stock", "none_in", "held_in", "held", "in_time", "apart", "from_board", "to_board"})
"""What a guard can ask; `gates` says what each means."""


def faults(made: Ladder) -> Iterator[str]:
    """What is wrong with a ladder, one text each; nothing when it can be used."""
    for kind in made.kinds.values():
        yield from _graph_faults(kind)
        for state in kind.states.values():
            yield from (f"{state.code}: {what}" for what in _state_faults(made, kind, state))
    if len(made.owner) != sum(len(kind.states) for kind in made.kinds.values()):
        yield "a state belongs to two kinds"


def _graph_faults(kind: Kind) -> Iterator[str]:
    reached, waiting = set[str](), list(kind.starts)
    while waiting:
        code = waiting.pop()
        if code not in reached and code in kind.states:
            reached.add(code)
            waiting += [*kind.states[code].next, *(e.state for e in kind.states[code].effects if e.kind == kind.code)]
    if not kind.starts:
        yield f"{kind.code}: no state to start in"
    yield from (f"{code}: cannot be reached" for code in kind.states if code not in reached)


def _state_faults(made: Ladder, kind: Kind, state: State) -> Iterator[str]:
    yield from (f"leads nowhere: {code}" for code in state.next if code not in kind.states)
    if state.is_end == bool(state.next):
        yield "must either end the track or lead on"
    if not state.is_end and state.phase not in {phase.code for phase in kind.phases}:
        yield f"unknown phase {state.phase}"
    yield from (
        f"unknown {what} {code}"
        for what, code, known in (
            ("rung", state.rung, made.rungs),
            ("figure", state.figure, made.figures),
            ("grade", state.grade, made.grades),
        )
        if code and code not in {each.code for each in known}
    )
    if (state.figure or state.deadline or state.grade) and not state.asks_confirmation:
        yield "asks for a grade, counts or starts a clock, so it must be confirmed"
    if state.deadline:
        yield from (f"a clock runs through {code}" for code in state.deadline.through if code not in kind.states)
        if state.deadline.opens != state.is_end:
            yield "a clock that an end starts must open something, no other may"
    yield from _guard_faults(made, kind, state)
    named = (state, kind, *kind.phases, *kind.boards.values(), *state.evidence, *state.reasons, *state.guards)
    if not all(each.zh and each.en for each in (*named, *filter(None, [state.deadline]))):
        yield "a label lacks a language"


def _guard_faults(made: Ladder, kind: Kind, state: State) -> Iterator[str]:
    for guard in state.guards:
        known = kind.boards if guard.needs.endswith("_board") else made.owner
        yield from (f"a guard looks at {code}" for code in guard.states if code not in known)
        yield from (f"a guard for the board {code}" for code in guard.boards if code not in kind.boards)
        if guard.needs not in NEEDS:
            yield f"a guard asks for {guard.needs}"
    for effect in state.effects:
        if effect.kind not in made.kinds or effect.state not in made.kinds[effect.kind].states:
            yield f"brings along {effect.state}"
