"""Columns of an enterprise that rooms to the right compute: they say how, whoever changed the rows says when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Refresh = Callable[[Sequence[int]], None]
RECOUNTS: dict[str, Refresh] = {}
"""Column → what computes it from its rows: needed when rows moved from one enterprise to another."""
DUE_DAYS: dict[str, Refresh] = {}
"""Column → what computes it from tier, last visit and assignment: after the recounts."""


def recount(enterprise_ids: Sequence[int]) -> None:
    """Rows of these enterprises moved: compute everything that follows from them."""
    for refresh in RECOUNTS.values():
        refresh(enterprise_ids)
    refresh_due(enterprise_ids)


def refresh_due(enterprise_ids: Sequence[int]) -> None:
    """Who serves these enterprises changed: compute what follows from that."""
    for refresh in DUE_DAYS.values():
        refresh(enterprise_ids)
