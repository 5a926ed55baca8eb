"""Entering, correcting and withdrawing the figures of a period."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken
from crm.core.types import canonical
from crm.core.words import Say, say
from crm.enterprises.merge_trace import Trace
from crm.enterprises.models import Enterprise
from crm.tiers.annual import rules
from crm.tiers.annual.doubts import doubts
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.queries import standing
from crm.tiers.annual.rules import MEASURES, Period, Source, Values
from crm.timeline import Actor, Level, record

MOVED_ON = say("Somebody entered figures for this period meanwhile. Compare, then save again")


@dataclass(frozen=True)
class Entered:
    """What somebody says about a period: values in yuan, 1/10,000 and heads."""

    period: Period
    values: Values
    source: Source
    is_audited: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        """What an audit report says is audited."""
        object.__setattr__(self, "is_audited", self.is_audited or self.source == Source.AUDIT)


class Doubtful(Exception):
    """The figures look wrong in these ways, and nobody has said yet that they are right."""

    def __init__(self, doubts: list[Say]) -> None:
        self.doubts = doubts
        super().__init__("; ".join(doubt.msgid for doubt in doubts))


def doubts_about(given: Entered, known: dict[Period, PeriodFigures]) -> list[Say]:
    """`known` is what stands for the enterprise."""
    now = known.get(given.period)
    others = {period: row.values for period, row in known.items() if period != given.period}
    loses = now is not None and now.is_audited and not given.is_audited
    return doubts(given.period, given.values, others, replaces_audited=loses)


def digest(found: list[Say]) -> str:
    """What a form carries to say which doubts were looked at; "" for none."""
    return hashlib.sha256(canonical([d.as_json() for d in found]).encode()).hexdigest()[:16] if found else ""


def enter(
    enterprise: Enterprise, given: Entered, *, replaces: int | None, stands_by: str = "", by: Actor
) -> PeriodFigures | None:
    """Put figures in the place of those that stand (`replaces` None: there were none); None when they say the same.

    Raises RuleBroken for what cannot be, Doubtful unless the doubts are those (by `digest`) that `by` stands by.
    """
    lock(enterprise)
    known = standing(enterprise.id)
    now = known.get(given.period)
    if (now.id if now else None) != replaces:
        raise RuleBroken(MOVED_ON)
    if broken := obstacles(given):
        raise RuleBroken(broken)
    if now is not None and same(now, given):
        return None
    found = doubts_about(given, known)
    if found and digest(found) != stands_by:
        raise Doubtful(found)
    if now is not None:
        _end(now, "corrected", by)
    made = PeriodFigures(**columns(enterprise.id, given, found, by))
    db.session.add(made)
    db.session.flush()
    kind = "figures.corrected" if now else "figures.entered"
    record(enterprise.id, kind, by=by, subject=("period_figures", made.id), level=Level.RESTRICTED,
           **told(given, now.values if now else {}, found))  # fmt: skip
    return made


def obstacles(given: Entered) -> list[Obstacle]:
    """What no word makes right."""
    found = []
    if not rules.is_period(*given.period):
        found.append(Obstacle("period", say("Choose a year and how much of it")))
    elif given.period.ends_on >= clock.today():
        found.append(Obstacle("period", say("This period is not over yet")))
    if all(value is None for value in given.values.values()):
        found.append(Obstacle("", say("Enter at least one figure")))
    for code, value in given.values.items():
        if value is not None and value < 0 and MEASURES[code].never_below:
            found.append(Obstacle(code, say("This cannot be below zero")))
    return found


def same(row: PeriodFigures, given: Entered) -> bool:
    kept = {code: value for code, value in row.values.items() if value is not None}
    said = {code: value for code, value in given.values.items() if value is not None}
    facts = (row.source, row.is_audited, row.note) == (given.source, given.is_audited, given.note)
    return kept == said and facts


def columns(enterprise_id: int, given: Entered, found: list[Say], by: Actor) -> dict[str, Any]:
    """The row of what was said."""
    return {
        "enterprise_id": enterprise_id,
        "year": given.period.year,
        "months": given.period.months,
        **given.values,
        "is_audited": given.is_audited,
        "source": given.source,
        "note": given.note,
        "doubts": [doubt.as_json() for doubt in found],
        "entered_by_id": by.id,
        "entered_by_name": by.name,
    }


def told(given: Entered, before: Values, found: list[Say]) -> dict[str, Any]:
    """What the record keeps: each figure that changed as [before, after] in the units of the table."""
    figures = {code: [before.get(code), value] for code, value in given.values.items() if before.get(code) != value}
    facts = {"source": str(given.source), "is_audited": given.is_audited, "note": given.note}
    return {"period": given.period.key, "figures": figures, "stood_by": [d.as_json() for d in found], **facts}


def withdraw(row: PeriodFigures, *, by: Actor, reason: str) -> None:
    """The figures were of another period or another firm: nothing takes their place. The row stays, ended."""
    lock(db.session.get_one(Enterprise, row.enterprise_id))
    if row.ended_at is not None:
        raise RuleBroken(MOVED_ON)
    _end(row, "withdrawn", by)
    db.session.flush()
    record(row.enterprise_id, "figures.withdrawn", by=by, subject=("period_figures", row.id), level=Level.RESTRICTED,
           period=row.period.key, reason=reason)  # fmt: skip


def _end(row: PeriodFigures, how: str, by: Actor) -> None:
    row.ended_at, row.ended_as, row.ended_by_name = clock.now(), how, by.name
    db.session.flush()


def make_room(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    """Before two entries are merged: what the one that goes says of a period yields to what the other says."""
    mine = set(standing(kept.id))
    rows = select(PeriodFigures).where(PeriodFigures.enterprise_id == gone.id, PeriodFigures.ended_at.is_(None))
    for row in db.session.scalars(rows).all():
        if row.period in mine:
            trace.change(PeriodFigures, row, {"ended_at": clock.now(), "ended_as": "merged"})
