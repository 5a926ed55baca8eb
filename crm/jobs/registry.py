"""What the scheduler process can do; rooms register it in `create_app`, so jobs imports no domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

from crm.core.words import Say, say
from crm.jobs.models import Job
from crm.jobs.progress import Progress

Run = Callable[[Any, Progress], Any]
Then = Callable[[Job], tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Kind:
    """`run(args, progress)` returns a JSON-like result; after a crash it runs again, so it must notice its own traces.

    `then(job)` names the endpoint and its values where the owner goes when the work is done; one that `gives_file` is
    offered as a button instead, for a download leaves the page as it is.
    """

    name: str
    run: Run
    label: Say
    then: Then | None
    gives_file: bool = False


@dataclass(frozen=True)
class Daily:
    """Work of one day, from a time of day on: once over all processes. Returns words for the record."""

    name: str
    at: time
    run: Callable[[], str | None]


BACKGROUND = say("Background work")
KINDS: dict[str, Kind] = {}
DAILY: dict[str, Daily] = {}
MINUTELY: dict[str, Callable[[], object]] = {}


def register(
    kind: str, run: Run, *, label: Say = BACKGROUND, then: Then | None = None, gives_file: bool = False
) -> None:
    KINDS[kind] = Kind(kind, run, label, then, gives_file)


def every_day(name: str, at: time, run: Callable[[], str | None]) -> None:
    """Once a day from `at` (the bureau's clock) on; later the same day when nothing ran at that time."""
    DAILY[name] = Daily(name, at, run)


def each_minute(name: str, run: Callable[[], object]) -> None:
    """Every minute, in every scheduler process: `run` asks the database what is to do and is harmless twice."""
    MINUTELY[name] = run
