"""Columns of an enterprise that rooms to the right compute: they say how, whoever changed the rows says when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import Update, bindparam, update

from crm.core.db import db
from crm.enterprises.models import Enterprise

Refresh = Callable[[Sequence[int]], None]
RECOUNTS: dict[str, Refresh] = {}
"""Column → what computes it from its rows: needed when rows moved from one enterprise to another."""
DUE_DAYS: dict[str, Refresh] = {}
"""Column → what computes it from tier, last visit and assignment: after the recounts."""


def write(enterprise_id: int, **columns: Any) -> None:
    """Values or expressions, without touching the version and the day of the last change."""
    execute(statement(**columns), enterprise_id, columns)


def statement(**columns: Any) -> Update:
    """The same with parameters, for whoever writes often to build once; `row_id` is the enterprise's."""
    table: Any = Enterprise.__table__
    return update(table).where(table.c.id == bindparam("row_id")).values(updated_at=table.c.updated_at, **columns)


def execute(built: Update, enterprise_id: int, columns: Collection[str], **values: Any) -> None:
    """Write these columns of one enterprise by a `statement`."""
    db.session.execute(built, {"row_id": enterprise_id, **values})
    forget([enterprise_id], columns)


def forget(enterprise_ids: Sequence[int], columns: Collection[str]) -> None:
    """What the session knows of these columns has been written past it: it reads them anew when asked."""
    for enterprise_id in enterprise_ids:
        known = db.session.identity_map.get(db.session.identity_key(Enterprise, enterprise_id))
        if known is not None:
            db.session.expire(known, columns)


def recount(enterprise_ids: Sequence[int]) -> None:
    """Rows of these enterprises moved: compute everything that follows from them."""
    for refresh in RECOUNTS.values():
        refresh(enterprise_ids)
    refresh_due(enterprise_ids)


def refresh_due(enterprise_ids: Sequence[int]) -> None:
    """Who serves these enterprises changed: compute what follows from that."""
    for refresh in DUE_DAYS.values():
        refresh(enterprise_ids)
