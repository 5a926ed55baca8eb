"""How long tracks stay in a phase: the median over those that passed it, with how many firms it rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import read
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.queries import seen_by
from crm.cultivation.rules.history import Sort
from crm.cultivation.rules.ladder import Kind, ladder
from crm.cultivation.rules.phases import Passed, Spent, medians, passed


def phase_times(me: User, on: date) -> list[tuple[Kind, list[Spent]]]:
    """By kind of track its phases, from what this person sees and what had ended by a day."""
    span = TrackSpan
    shown = (span.track_id, span.enterprise_id, span.kind, span.state, span.from_on, span.until_on, TrackEvent.sort)
    at = (TrackEvent.track_id == span.track_id) & (TrackEvent.seq == span.seq)
    query = select(*shown).join(Track, Track.id == span.track_id).join(TrackEvent, at)
    query = query.where(span.from_on <= on, seen_by(me)).order_by(span.track_id, span.seq)
    found: list[Passed] = []
    rows: Any = read(query)
    for track_id, firm, code, state, begin, end, sort in rows:
        kind = ladder().kinds.get(code)
        if kind is None or state not in kind.states:
            continue
        left = end if end is not None and end <= on else None
        phase = "" if kind.states[state].figure else kind.states[state].phase
        found.append(Passed(track_id, firm, code, phase, begin, left, sort == Sort.BASELINE))
    spent = medians(passed(found))
    return [(kind, lines) for kind in ladder().kinds.values() if (lines := _lines(kind, spent))]


def _lines(kind: Kind, spent: dict[tuple[str, str], Spent]) -> list[Spent]:
    return [spent[kind.code, phase.code] for phase in kind.phases if (kind.code, phase.code) in spent]
