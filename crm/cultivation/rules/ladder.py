"""The ladder as data: kinds of track, their states, what each state asks for, and the faults such a file can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from crm.core.rulebook import rulebook
from crm.core.words import is_english

DATA = Path(__file__).resolve().parents[1] / "data"
NEEDS = frozenset({"joint_stock", "none_in", "held_in", "held", "in_time", "apart", "from_board", "to_board"})
"""What a guard can ask; `gates` says what each means."""


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
    """A clock that a state starts; `remind` are days before its end."""

    months: int
    zh: str
    en: str
    remind: tuple[int, ...] = ()


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
    evidence: tuple[Named, ...] = ()
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


@cache
def ladder() -> Ladder:
    """Every `ladder*.yaml` of this room, the newest edition of each. Raises ValueError with all faults."""
    names = [path.stem for path in sorted(DATA.glob("ladder*.yaml"))]
    editions = [rulebook(f"cultivation/{name}").editions[-1] for name in names]
    made = ladder_of([{"version": each.version, **each.content} for each in editions])
    if broken := list(faults(made)):
        raise ValueError("; ".join(broken))
    return made


def ladder_of(contents: list[dict[str, Any]]) -> Ladder:
    """A ladder out of what the files hold. Raises KeyError or TypeError for a key that is missing or unknown."""
    kinds = {raw["kind"]: _kind(raw, str(each["version"])) for each in contents for raw in each["kinds"]}
    shared = {
        name: tuple(Named(**raw) for each in contents for raw in each.get(name, ()))
        for name in ("grades", "rungs", "figures")
    }
    return Ladder(kinds, **shared, owner={code: kind for kind in kinds.values() for code in kind.states})


def _kind(raw: dict[str, Any], version: str) -> Kind:
    states = {each["code"]: _state(each) for each in raw["states"]}
    if len(states) != len(raw["states"]):
        raise ValueError(f"{raw['kind']}: a state stands twice")
    boards = {each["code"]: Named(**each) for each in raw.get("boards", ())}
    phases = tuple(Named(**each) for each in raw["phases"])
    return Kind(raw["kind"], raw["zh"], raw["en"], version, phases, boards, states)


RENAMED = {"start": "is_start", "end": "is_end", "secret": "is_secret", "confirm": "asks_confirmation"}


def _state(raw: dict[str, Any]) -> State:
    plain = {RENAMED.get(key, key): value for key, value in raw.items()}
    plain["next"] = tuple(raw.get("next", ()))
    plain["evidence"] = tuple(Named(str(n), **each) for n, each in enumerate(raw.get("evidence", ())))
    plain["reasons"] = tuple(Named(**each) for each in raw.get("reasons", ()))
    plain["guards"] = tuple(_guard(each) for each in raw.get("guards", ()))
    plain["effects"] = tuple(_effect(each) for each in raw.get("effects", ()))
    if clock := raw.get("deadline"):
        plain["deadline"] = Deadline(**{**clock, "remind": tuple(clock.get("remind", ()))})
    return State(**plain)


def _guard(raw: dict[str, Any]) -> Guard:
    lists = {key: tuple(raw.get(key, ())) for key in ("states", "boards")}
    return Guard(raw["is"] == "hard", raw["needs"], raw["zh"], raw["en"], months=raw.get("months", 0), **lists)


def _effect(raw: dict[str, Any]) -> Effect:
    kind = raw.get("opens") or raw["closes"]
    return Effect(kind, raw["with"], "opens" in raw, tuple(raw.get("boards", ())))


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
