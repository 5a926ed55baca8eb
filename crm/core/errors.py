"""What a service may refuse with; the edge turns each into a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.core.words import Say


@dataclass(frozen=True)
class Obstacle:
    """Why an act is refused: the form field it belongs to (or "" for the whole act) and the words for the user."""

    field: str
    why: Say


class RuleBroken(Exception):
    """The act breaks a business rule; nothing was written."""

    def __init__(self, obstacles: Sequence[Obstacle] | Say, field: str = "") -> None:
        self.obstacles = [Obstacle(field, obstacles)] if isinstance(obstacles, Say) else list(obstacles)
        super().__init__("; ".join(o.why.msgid for o in self.obstacles))


class Stale(Exception):
    """Somebody was first: the act was decided on a state that no longer holds; nothing was written."""

    def __init__(self, current: Any = None) -> None:
        self.current = current
        super().__init__("decided on a state that no longer holds")
