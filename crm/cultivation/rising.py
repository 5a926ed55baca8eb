"""How far an enterprise has got: the strip in the head of its file, and the spans that are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.core.db import read
from crm.cultivation.models import Track, TrackSpan
from crm.cultivation.rules.drawing import Stay
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Named
from crm.cultivation.showing import Mark


@dataclass(frozen=True)
class Rise:
    """A market of the strip: reached, on the way, or neither (`mark` None)."""

    named: Named
    mark: Mark | None
    is_there: bool


def strip(found: Sequence[Mark]) -> list[Rise]:
    """The markets from the lowest to the highest, as far as one has got; nothing before the first track."""
    return [_rise(figure, found) for figure in reversed(ladder().figures)] if found else []


def _rise(figure: Named, found: Sequence[Mark]) -> Rise:
    kinds = [kind for kind in ladder().kinds.values() if any(s.figure == figure.code for s in kind.states.values())]
    arrived = next(s.rung for kind in kinds for s in kind.states.values() if s.figure == figure.code)
    named = next((each for each in ladder().rungs if each.code == arrived), figure)
    going = [mark for mark in found if mark.kind in kinds and not mark.state.is_end]
    there = next((mark for mark in going if mark.state.figure == figure.code), None)
    return Rise(named, there or next(iter(going), None), is_there=there is not None)


def besides(found: Sequence[Mark]) -> list[Mark]:
    """Tracks that the strip does not show: those of other ladders, and those that have ended."""
    if not found:
        return []
    counted = {code for code, kind in ladder().owner.items() if kind.states[code].figure}
    climbing = {ladder().owner[code].code for code in counted}
    return [mark for mark in found if mark.state.is_end or mark.kind.code not in climbing]


def stays(enterprise_id: int, *, restricted: bool) -> list[Stay]:
    """When its tracks were in which state, the earliest first."""
    s = TrackSpan
    query = select(s.kind, s.state, s.from_on, s.until_on).join(Track, Track.id == s.track_id)
    query = query.where(s.enterprise_id == enterprise_id).order_by(s.from_on, s.track_id, s.seq)
    if not restricted:
        query = query.where(Track.is_restricted.is_(False))
    rows: Any = read(query)
    return [Stay(*row) for row in rows if row.state in ladder().owner]
