"""The ladder as data: read from the files of this room, refused with all its faults."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from crm.core.rulebook import rulebook
from crm.cultivation.rules.soundness import faults
from crm.cultivation.rules.states import Deadline, Effect, Guard, Kind, Ladder, Named, Paper, State

DATA = Path(__file__).resolve().parents[1] / "data"


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
    plain["evidence"] = tuple(Paper(**each) for each in raw.get("evidence", ()))
    plain["reasons"] = tuple(Named(**each) for each in raw.get("reasons", ()))
    plain["guards"] = tuple(_guard(each) for each in raw.get("guards", ()))
    plain["effects"] = tuple(_effect(each) for each in raw.get("effects", ()))
    if clock := raw.get("deadline"):
        plain["deadline"] = Deadline(**{**clock, **{key: tuple(clock.get(key, ())) for key in ("remind", "through")}})
    return State(**plain)


def _guard(raw: dict[str, Any]) -> Guard:
    lists = {key: tuple(raw.get(key, ())) for key in ("states", "boards")}
    return Guard(raw["is"] == "hard", raw["needs"], raw["zh"], raw["en"], months=raw.get("months", 0), **lists)


def _effect(raw: dict[str, Any]) -> Effect:
    kind = raw.get("opens") or raw["closes"]
    return Effect(kind, raw["with"], "opens" in raw, tuple(raw.get("boards", ())))
