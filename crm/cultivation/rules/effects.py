"""What a step brings along on the firm's other tracks, in the same act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm.cultivation.rules.gates import Course, Firm, Proposed, course_of
from crm.cultivation.rules.history import Event, Origin, Sort, Step, board_of, is_open
from crm.cultivation.rules.states import Effect, Kind, Ladder


@dataclass(frozen=True)
class Consequence:
    """An event that a step brings along in another track; a new attempt when `attempt` is None."""

    kind: str
    attempt: int | None
    event: Event


@dataclass(frozen=True)
class Owed:
    """What the step `seq` of a course should have brought along."""

    kind: str
    attempt: int
    seq: int
    consequence: Consequence


def consequences(ladder: Ladder, firm: Firm, kind: Kind, step: Proposed) -> Iterator[Consequence]:
    """Of a step that is about to stand."""
    board = step.board or board_of(course_of(firm, kind.code, step.attempt).steps)
    for effect in _effects(kind, step.state, board):
        if effect.opens:
            opened = Event(1, Sort.BASELINE, effect.state, step.on, step.board, Origin.TRANSFERRED)
            yield Consequence(effect.kind, None, opened)
            continue
        for course in _closable(ladder, firm.courses, effect):
            yield Consequence(effect.kind, course.attempt, Event(course.last_seq + 1, Sort.STEP, effect.state, step.on))


def owed(ladder: Ladder, firm: Firm) -> Iterator[Owed]:
    """Tracks that are open though a step that stands closes them: of two taken over, either may be the later entry.

    A quotation that begins after a listing which is over is a new one and stays.
    """
    for course in firm.courses:
        for place, step in enumerate(course.steps):
            board = board_of(course.steps[: place + 1])
            for effect in _effects(ladder.kinds[course.kind], step.state, board):
                for other in () if effect.opens else _closable(ladder, firm.courses, effect):
                    if step is course.steps[-1] or other.steps[-1].on <= step.on:
                        closing = Event(other.last_seq + 1, Sort.STEP, effect.state, step.on)
                        consequence = Consequence(effect.kind, other.attempt, closing)
                        yield Owed(course.kind, course.attempt, step.seq, consequence)


def closes_in_order(firm: Firm, each: Owed) -> bool:
    """Whether the track that closes had its last step by then."""
    before: Sequence[Step] = course_of(firm, each.consequence.kind, each.consequence.attempt or 0).steps
    return each.consequence.event.on is not None and before[-1].on <= each.consequence.event.on


def _effects(kind: Kind, state: str, board: str) -> Iterator[Effect]:
    return (each for each in kind.states[state].effects if not each.boards or board in each.boards)


def _closable(ladder: Ladder, courses: Sequence[Course], effect: Effect) -> Iterator[Course]:
    known = ladder.kinds[effect.kind]
    for course in courses:
        if course.kind != effect.kind or not is_open(known, course.steps):
            continue
        if effect.state in known.states[course.state].next:
            yield course
