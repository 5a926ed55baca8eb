"""Dated rows of two entries become one history: on a day that both know, the entry that stays has the word.

A row of the other entry moves along when nothing overlaps it. Otherwise it stays behind unchanged, and copies of what
it adds are made; so nothing is overwritten, and taking the merge back finds every row as it was.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.enterprises.merge_trace import Trace
from crm.enterprises.models import Enterprise

Days = tuple[date, date | None]


def join_periods(trace: Trace, model: Any, kept: Enterprise, gone: Enterprise, ending: dict[str, Any]) -> None:
    """`ending` are the columns of a row besides its last day that say why it ended."""
    begin, until = _edges(model)
    if db.session.scalar(select(model).where(model.enterprise_id == kept.id, getattr(model, until).is_(None))):
        _close_open(trace, model, gone, ending)
    taken = [_days(row) for row in _rows(model, kept)]
    for row in _rows(model, gone):
        pieces = uncovered(_days(row), taken)
        if pieces == [_days(row)]:
            continue
        trace.leave(model.__table__.name, (row.id,))
        for piece in pieces:
            cut = ending if piece[1] != getattr(row, until) else {}
            _copy(trace, model, row, {**cut, "enterprise_id": kept.id, begin: piece[0], until: piece[1]})
        if getattr(row, until) is None:
            _close(trace, model, row, ending)


def uncovered(days: Days, taken: list[Days]) -> list[Days]:
    """What of [from, until) none of the taken periods holds, in order; an empty period is never covered."""
    left = [days]
    for begin, end in taken:
        left = [piece for rest in left for piece in _without(rest, begin, end)]
    return left


def _without(days: Days, begin: date, end: date | None) -> list[Days]:
    first, last = days
    if (last is not None and last <= begin) or (end is not None and end <= first) or first == last or begin == end:
        return [days]
    before: list[Days] = [(first, begin)] if first < begin else []
    after: list[Days] = [(end, last)] if end is not None and (last is None or end < last) else []
    return before + after


def _edges(model: Any) -> tuple[str, str]:
    return ("started_on", "ended_on") if hasattr(model, "started_on") else ("from_on", "until_on")


def _days(row: Any) -> Days:
    begin, until = _edges(type(row))
    return getattr(row, begin), getattr(row, until)


def _rows(model: Any, firm: Enterprise) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.enterprise_id == firm.id).order_by(model.id)))


def _close_open(trace: Trace, model: Any, gone: Enterprise, ending: dict[str, Any]) -> None:
    for row in _rows(model, gone):
        if _days(row)[1] is None:
            _close(trace, model, row, ending)


def _close(trace: Trace, model: Any, row: Any, ending: dict[str, Any]) -> None:
    trace.change(model, row, {_edges(model)[1]: max(clock.today(), _days(row)[0]), **ending})


def _copy(trace: Trace, model: Any, row: Any, values: dict[str, Any]) -> None:
    same = {c.key: getattr(row, c.key) for c in model.__mapper__.column_attrs if c.key != "id"}
    made = model(**{**same, **values})
    db.session.add(made)
    db.session.flush()
    trace.made.append((model.__table__.name, [made.id]))
