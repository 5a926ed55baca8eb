"""Rules as data: YAML files with effective dates, validated at start; a kept result names the version it used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from crm.core.data_files import read_yaml

PACKAGES = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Edition:
    """One version of a rule set: in force from a day until the next begins."""

    version: str
    since: date
    content: dict[str, Any]


@dataclass(frozen=True)
class Rulebook:
    name: str
    editions: tuple[Edition, ...]

    def on(self, day: date) -> Edition:
        """The edition in force on a day; the earliest one for days before any began."""
        in_force = [e for e in self.editions if e.since <= day]
        return in_force[-1] if in_force else self.editions[0]


@cache
def rulebook(name: str) -> Rulebook:
    """`"tiers/cadence"` reads crm/tiers/data/cadence.yaml: a list `editions` of `{version, since, …}`."""
    package, stem = name.split("/")
    raw = read_yaml(PACKAGES / package / "data" / f"{stem}.yaml")
    editions = [
        Edition(str(e["version"]), e["since"], {k: v for k, v in e.items() if k not in ("version", "since")})
        for e in raw["editions"]
    ]
    if not editions or len({e.since for e in editions}) != len(editions):
        raise ValueError(f"rulebook {name}: editions must begin on different days")
    return Rulebook(name, tuple(sorted(editions, key=lambda e: e.since)))
