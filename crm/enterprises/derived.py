"""Columns of an enterprise that rooms to the right compute: they say how, whoever changed the rows says when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from sqlalchemy import Update, bindparam, update

from crm.core.db import db, writer
from crm.enterprises.models import Enterprise

Refresh = Callable[[Sequence[int]], None]
RECOUNTS: dict[str, Refresh] = {}
"""Column → what computes it from its rows: needed when rows moved from one enterprise to another."""
DUE_DAYS: dict[str, Refresh] = {}
"""Column → what computes it from tier, last visit and assignment: after the recounts."""
_waiting: ContextVar[dict[int, tuple[list[Columns], dict[str, Any]]] | None] = ContextVar("waiting", default=None)


class Columns:
    """Columns with what they become: values, or expressions over parameters, of which `row_id` is the enterprise's.
    Whoever writes often makes them once."""

    def __init__(self, **become: Any) -> None:
        self.become, self.is_kept = become, False

    def kept(self) -> Columns:
        """Made once, so that its statement is built once."""
        self.is_kept = True
        return self


def write(enterprise_id: int, columns: Columns, **values: Any) -> None:
    """Write them for one enterprise, without touching the version and the day of the last change; `values` are those
    of the parameters."""
    waiting = _waiting.get()
    if waiting is None:
        _write((columns,), enterprise_id, values)
    else:
        every, given = waiting.setdefault(enterprise_id, ([], {}))
        if columns in every and not values:
            return
        known = given.keys() | {name for each in every for name in each.become}
        if clash := known & (values.keys() | columns.become.keys()):
            raise RuntimeError(f"two services write {sorted(clash)} of one enterprise together")
        every.append(columns)
        given.update(values)


@contextmanager
def together() -> Iterator[None]:
    """What is written inside about an enterprise is written at the end by one statement: for an act of several
    services, none of which reads what another has written."""
    waiting: dict[int, tuple[list[Columns], dict[str, Any]]] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for enterprise_id, (every, values) in waiting.items():
        _write(tuple(every), enterprise_id, values)


def _write(every: tuple[Columns, ...], enterprise_id: int, values: dict[str, Any]) -> None:
    build = _kept if all(columns.is_kept for columns in every) else _statement
    writer().execute(build(every), {"row_id": enterprise_id, **values})
    forget([enterprise_id], [name for columns in every for name in columns.become])


@lru_cache(maxsize=64)
def _kept(every: tuple[Columns, ...]) -> Update:
    return _statement(every)


def _statement(every: tuple[Columns, ...]) -> Update:
    table: Any = Enterprise.__table__
    become = {name: value for columns in every for name, value in columns.become.items()}
    return update(table).where(table.c.id == bindparam("row_id")).values(updated_at=table.c.updated_at, **become)


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
