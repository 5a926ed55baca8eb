"""What a ladder is made of: kinds of track, their states, what each state asks for and brings along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm.core.words import is_english


class InTwo:
    """Words of the data files, read in the language of the page where they are shown."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if is_english() else self.zh


@dataclass(frozen=True)
class Named(InTwo):
    """A code with its words in both languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Paper(InTwo):
    """Of the evidence of a state; a `number` is there when the step names its document."""

    zh: str
    en: str
    number: bool = False


@dataclass(frozen=True)
class Guard(InTwo):
    """A condition on entering a state; a hard one refuses, a soft one is told and recorded.

    `states` are those it looks at (boards for `from_board` and `to_board`); `boards` limits it to steps on these.
    """

    is_hard: bool
    needs: str
    zh: str
    en: str
    states: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    months: int = 0


@dataclass(frozen=True)
class Effect:
    """What a step brings along: the open track of a kind is closed with a state, or a new one opened in it."""

    kind: str
    state: str
    opens: bool
    boards: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deadline(InTwo):
    """A clock that a state starts; `remind` are days before its end.

    It runs on `through` these later states. A `budget` counts all days in the state together; one that `opens` says
    from which day something is possible again.
    """

    months: int
    zh: str
    en: str
    remind: tuple[int, ...] = ()
    through: tuple[str, ...] = ()
    budget: bool = False
    opens: bool = False


@dataclass(frozen=True)
class State(InTwo):
    """`days` is the planning time, None where none is planned; `figure` the head figure it counts in, "" for none.

    A `secret` state is restricted: a track is, as long as it has been in no other.
    """

    code: str
    zh: str
    en: str
    phase: str = ""
    rung: str = ""
    figure: str = ""
    grade: str = ""
    days: int | None = None
    next: tuple[str, ...] = ()
    is_start: bool = False
    is_end: bool = False
    is_secret: bool = False
    suspends: bool = False
    asks_confirmation: bool = False
    needs_board: bool = False
    evidence: tuple[Paper, ...] = ()
    reasons: tuple[Named, ...] = ()
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    deadline: Deadline | None = None


@dataclass(frozen=True)
class Kind(InTwo):
    """A kind of track: its states by code, in the order of the file."""

    code: str
    zh: str
    en: str
    version: str
    phases: tuple[Named, ...]
    boards: Mapping[str, Named]
    states: Mapping[str, State]

    @property
    def starts(self) -> tuple[str, ...]:
        return tuple(state.code for state in self.states.values() if state.is_start)

    @property
    def is_confidential(self) -> bool:
        return any(state.is_secret for state in self.states.values())


@dataclass(frozen=True)
class Ladder:
    """All kinds of all files; grades of evidence and rungs from the lowest to the highest."""

    kinds: Mapping[str, Kind]
    grades: tuple[Named, ...] = ()
    rungs: tuple[Named, ...] = ()
    figures: tuple[Named, ...] = ()
    owner: Mapping[str, Kind] = field(default_factory=dict)
    """The kind of each state."""

    def state(self, code: str) -> State:
        return self.owner[code].states[code]

    def reaches(self, grade: str, asked: str) -> bool:
        """Whether evidence of a grade is enough where another is asked."""
        order = [each.code for each in self.grades]
        return not asked or (grade in order and order.index(grade) >= order.index(asked))

    def figure_states(self, figure: str) -> tuple[str, ...]:
        return tuple(code for code, kind in self.owner.items() if kind.states[code].figure == figure)
