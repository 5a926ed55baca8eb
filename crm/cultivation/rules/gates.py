"""What a step must meet besides its order: evidence, and conditions on the firm's other tracks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from crm.core.errors import Obstacle
from crm.core.months import months_later
from crm.core.words import say
from crm.cultivation.rules.history import Step, board_of
from crm.cultivation.rules.states import Guard, Kind, Ladder, State

JOINT_STOCK = ("股份有限公司", "股份公司")


@dataclass(frozen=True)
class Course:
    """An attempt of a firm: its steps as they stand, and the number of its last event."""

    kind: str
    attempt: int
    steps: tuple[Step, ...]
    last_seq: int = 0

    @property
    def state(self) -> str:
        return self.steps[-1].state if self.steps else ""


@dataclass(frozen=True)
class Firm:
    """What conditions look at: the firm's name and all its attempts."""

    name: str
    courses: tuple[Course, ...]


@dataclass(frozen=True)
class Proposed:
    """A step somebody wants to record, with its evidence; `attempt` is the one it belongs to. What rests on spoken word
    says who told it, and when."""

    state: str
    on: date
    attempt: int
    board: str = ""
    grade: str = ""
    document_no: str = ""
    note: str = ""
    reason: str = ""
    wording: str = ""
    told_by: str = ""
    told_on: date | None = None


@dataclass(frozen=True)
class Unmet:
    """A guard that the step does not meet."""

    guard: Guard


SPOKEN = "spoken"


def lacking(ladder: Ladder, state: State, step: Proposed, today: date) -> list[Obstacle]:
    """What is missing in the evidence of a step."""
    if step.grade not in {each.code for each in ladder.grades}:
        return [Obstacle("grade", say("Say what the step rests on"))]
    if not ladder.reaches(step.grade, state.grade):
        asked = next(each for each in ladder.grades if each.code == state.grade)
        return [Obstacle("grade", say("This step asks for better evidence: %(grade)s", grade=asked))]
    if state.grade and not step.document_no.strip():
        return [Obstacle("document_no", say("Give the number of the document or announcement"))]
    return list(_untold(step, today)) if step.grade == SPOKEN else []


def _untold(step: Proposed, today: date) -> Iterator[Obstacle]:
    if not step.told_by.strip():
        yield Obstacle("told_by", say("Say who told it"))
    if step.told_on is None:
        yield Obstacle("told_on", say("Say on which day it was told"))
    elif step.told_on > today:
        yield Obstacle("told_on", say("The day lies in the future"))


def unmet(ladder: Ladder, firm: Firm, kind: Kind, step: Proposed) -> list[Unmet]:
    """The guards of the state that do not hold, hard ones first."""
    own = course_of(firm, kind.code, step.attempt)
    found = []
    for guard in kind.states[step.state].guards:
        board = step.board or board_of(own.steps)
        if guard.boards and board not in guard.boards:
            continue
        if not CHECKS[guard.needs](guard, firm, own, step):
            found.append(Unmet(guard))
    return sorted(found, key=lambda each: not each.guard.is_hard)


def clashes(ladder: Ladder, firm: Firm) -> Iterator[Guard]:
    """Soft conditions on what else is open that the firm, as it stands, does not hold: it counts in two figures."""
    for course in firm.courses:
        if course.steps:
            step = Proposed(course.state, course.steps[-1].on, course.attempt)
            for each in unmet(ladder, firm, ladder.kinds[course.kind], step):
                if each.guard.needs == "none_in":
                    yield each.guard


def course_of(firm: Firm, kind: str, attempt: int) -> Course:
    found = (each for each in firm.courses if (each.kind, each.attempt) == (kind, attempt))
    return next(found, Course(kind, attempt, ()))


def _is_joint_stock(guard: Guard, firm: Firm, _own: Course, _step: Proposed) -> bool:
    """Known from its name or a reform on any track; unknown is not met."""
    return firm.name.endswith(JOINT_STOCK) or any(
        step.state in guard.states for course in firm.courses for step in course.steps
    )


def _none_in(guard: Guard, firm: Firm, _own: Course, _step: Proposed) -> bool:
    return not any(course.state in guard.states for course in firm.courses)


def _held_in(guard: Guard, firm: Firm, _own: Course, step: Proposed) -> bool:
    """Some track of the firm is in one of the states for so many months."""
    return any(
        course.state in guard.states and months_later(_since(course), guard.months) <= step.on
        for course in firm.courses
    )


def _held(guard: Guard, _firm: Firm, own: Course, step: Proposed) -> bool:
    return bool(own.steps) and months_later(_since(own), guard.months) <= step.on


def _since(course: Course) -> date:
    """Since when the course is in its present state without a break."""
    since = course.steps[-1].on
    for step in reversed(course.steps):
        if step.state != course.state:
            break
        since = step.on
    return since


def _in_time(guard: Guard, _firm: Firm, own: Course, step: Proposed) -> bool:
    """Not later than so many months after the last of the states; met when it was never in one."""
    reached = [each.on for each in own.steps if each.state in guard.states]
    return not reached or step.on <= months_later(reached[-1], guard.months)


def _apart(guard: Guard, firm: Firm, own: Course, step: Proposed) -> bool:
    """At least so many months after an earlier attempt ended so."""
    ended = [c.steps[-1].on for c in firm.courses if c.state in guard.states and c.attempt != own.attempt]
    return all(months_later(day, guard.months) <= step.on for day in ended)


def _from_board(guard: Guard, _firm: Firm, own: Course, _step: Proposed) -> bool:
    return board_of(own.steps) in guard.states


def _to_board(guard: Guard, _firm: Firm, _own: Course, step: Proposed) -> bool:
    return step.board in guard.states


CHECKS: dict[str, Callable[[Guard, Firm, Course, Proposed], bool]] = {
    "joint_stock": _is_joint_stock,
    "none_in": _none_in,
    "held_in": _held_in,
    "held": _held,
    "in_time": _in_time,
    "apart": _apart,
    "from_board": _from_board,
    "to_board": _to_board,
}
