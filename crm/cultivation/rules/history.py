"""An attempt as its sequence of events: what they amount to after corrections, what may follow, its spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from crm.core.errors import Obstacle
from crm.core.words import say
from crm.cultivation.rules.states import Kind, State

MEANWHILE = say("Somebody has recorded a step meanwhile: look at it, then save again")


class Sort(StrEnum):
    """A step leads on, a baseline opens an attempt anywhere; the others correct one earlier event."""

    STEP = "step"
    BASELINE = "baseline"
    VOID = "void"
    REDATE = "redate"
    RESTATE = "restate"


class Origin(StrEnum):
    """Why an attempt begins with a baseline; only history counts as new on its date."""

    HISTORY = "history"
    MOVED_IN = "moved_in"
    TRANSFERRED = "transferred"


CORRECTIONS = frozenset({Sort.VOID, Sort.REDATE, Sort.RESTATE})


@dataclass(frozen=True)
class Event:
    """One row of the sequence. `on` is the day it happened (of a redate: the right day), None for void and restate;
    `corrects` is the sequence number of the event a correction is about; an empty board keeps the one before."""

    seq: int
    sort: Sort
    state: str = ""
    on: date | None = None
    board: str = ""
    reason: str = ""
    corrects: int | None = None


@dataclass(frozen=True)
class Step:
    """An event as it stands after all corrections."""

    seq: int
    state: str
    on: date
    board: str = ""
    reason: str = ""
    is_baseline: bool = False


@dataclass(frozen=True)
class Span:
    """The attempt is in a state on the days [from_on, until_on); None: still."""

    seq: int
    state: str
    board: str
    from_on: date
    until_on: date | None
    figure: str = ""
    is_new: bool = False
    """Begins a run in its head figure that counts as new on its date."""
    is_last: bool = False
    """Ends such a run."""


def steps(events: Sequence[Event]) -> tuple[Step, ...]:
    """What the events amount to, in their order."""
    standing: dict[int, Step] = {}
    for event in events:
        if event.sort not in CORRECTIONS:
            assert event.on is not None
            is_baseline = event.sort == Sort.BASELINE
            standing[event.seq] = Step(event.seq, event.state, event.on, event.board, event.reason, is_baseline)
        elif (step := standing.get(event.corrects or 0)) is not None:
            match event.sort:
                case Sort.VOID:
                    del standing[step.seq]
                case Sort.REDATE:
                    standing[step.seq] = replace(step, on=event.on or step.on)
                case Sort.RESTATE:
                    standing[step.seq] = replace(step, state=event.state, board=event.board or step.board)
    return tuple(standing.values())


def is_open(kind: Kind, course: Sequence[Step]) -> bool:
    return bool(course) and not kind.states[course[-1].state].is_end


def is_restricted(kind: Kind, course: Sequence[Step]) -> bool:
    """Whether nothing of this attempt is public yet; an attempt without steps of such a kind is, too."""
    return kind.is_confidential and all(kind.states[step.state].is_secret for step in course)


def board_of(course: Sequence[Step]) -> str:
    return next((step.board for step in reversed(course) if step.board), "")


def obstacles(
    kind: Kind, history: Sequence[Event], new: Event, today: date, earlier: date | None = None
) -> list[Obstacle]:
    """What keeps an event from following a history; empty when it may. `earlier`: the end of the attempt before."""
    if new.seq != len(history) + 1:
        return [Obstacle("", MEANWHILE)]
    if new.sort in CORRECTIONS and not any(step.seq == new.corrects for step in steps(history)):
        return [Obstacle("corrects", say("There is no such step any more"))]
    if new.sort in CORRECTIONS and not new.reason.strip():
        return [Obstacle("reason", say("A correction needs its reason"))]
    if new.state and new.state not in kind.states:
        return [Obstacle("state", say("There is no such step"))]
    if new.sort == Sort.STEP and new.reason and not kind.states[new.state].reasons:
        return [Obstacle("reason", say("This step has no reasons to choose from: put it into the note"))]
    return faults(kind, steps([*history, new]), today, earlier)


def faults(kind: Kind, course: Sequence[Step], today: date, earlier: date | None = None) -> list[Obstacle]:
    """Why this course of steps cannot have been; the whole of it is looked at, whatever was changed."""
    found, before = [], None
    for step in course:
        found += _order(kind, before, step)
        if step.on > today:
            found.append(Obstacle("on", say("The day lies in the future")))
        if step.on < (before.on if before else earlier or step.on):
            day = (before.on if before else earlier) or step.on
            found.append(Obstacle("on", say("The day lies before %(day)s, the step before it", day=day)))
        found += _board(kind, course[: course.index(step) + 1])
        before = step
    return found


def _order(kind: Kind, before: Step | None, step: Step) -> list[Obstacle]:
    state = kind.states[step.state]
    if step.is_baseline:
        if before is not None:
            return [Obstacle("state", say("Only the first step of an attempt can be taken over as it stands"))]
        if step.reason not in set(Origin):
            return [Obstacle("reason", say("Say why the attempt begins there: history, moved in or transferred"))]
        return []
    if before is None and not state.is_start:
        return [Obstacle("state", say("An attempt does not begin with this step"))]
    if before is not None and step.state not in kind.states[before.state].next:
        return [Obstacle("state", say("This step cannot follow the one before it"))]
    return _sub_reason(state, step)


def _sub_reason(state: State, step: Step) -> list[Obstacle]:
    if state.reasons and step.reason not in {reason.code for reason in state.reasons}:
        return [Obstacle("reason", say("Choose one of the reasons of this step"))]
    return []


def _board(kind: Kind, course: Sequence[Step]) -> list[Obstacle]:
    step = course[-1]
    if step.board and step.board not in kind.boards:
        return [Obstacle("board", say("There is no such board"))]
    if kind.states[step.state].needs_board and not board_of(course):
        return [Obstacle("board", say("Choose the board"))]
    return []


def spans(kind: Kind, course: Sequence[Step]) -> tuple[Span, ...]:
    """One span per step that leaves the attempt open; a step on the day of the next leaves an empty one."""
    found: list[Span] = []
    board, run_is_new = "", False
    for place, step in enumerate(course):
        state = kind.states[step.state]
        board = step.board or board
        if state.is_end:
            break
        after = course[place + 1] if place + 1 < len(course) else None
        before = kind.states[course[place - 1].state].figure if place else ""
        begins = bool(state.figure) and state.figure != before
        run_is_new = begins and (not step.is_baseline or step.reason == Origin.HISTORY)
        ends = bool(state.figure) and after is not None and _leaves(kind.states[after.state], state.figure)
        until = after.on if after else None
        found.append(Span(step.seq, step.state, board, step.on, until, state.figure, run_is_new, ends))
    return tuple(found)


def _leaves(after: State, figure: str) -> bool:
    """A step that opens another track in its place is no exit."""
    return after.figure != figure and not any(effect.opens for effect in after.effects)
