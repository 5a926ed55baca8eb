"""Tier and titles as columns of the roster: dated rows, a title is added and never taken away by an empty cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.core.among import among
from crm.core.db import db
from crm.core.journal import Changed, parts
from crm.core.staging import Line
from crm.enterprises.roster.firms import Firm
from crm.enterprises.roster.parts import Batch, Quiet, changed
from crm.tiers import cadence
from crm.tiers.models import TierPeriod, TitleHeld

MOVES_THE_DAY = frozenset({"tier", "last_visit_on", "commissioner"})
"""Changes after which the next visit is due on another day."""
Span = tuple[int, date | None, date | None]


class Tiers(Quiet):
    """Implements the roster's `Part`. A title is [code, first year or None, last year or None]."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.periods: dict[int, tuple[int, date]] = {}
        self.held: dict[int, dict[str, Span]] = defaultdict(dict)

    def load(self) -> None:
        says = {key for line in self.batch.lines for key in ("tier", "titles") if line.said.get(key)}
        ids = list(self.batch.firms)
        if "tier" in says:
            self.periods = tier_periods(ids)
        if "titles" in says:
            self.held.update(titles_held(ids))

    def compare(self, line: Line, firm: Firm | None) -> None:
        tier = line.said.get("tier")
        if tier and tier != (firm.row["tier"] if firm else None):
            line.changes["tier"] = [firm.row["tier"] if firm else None, tier]
        held = self.held.get(firm.id, {}) if firm else {}
        if new := [claim for claim in line.said.get("titles") or [] if _says_more(claim, held.get(claim[0]))]:
            line.changes["titles"] = [sorted(held) or None, new]

    def columns(self, line: Line) -> dict[str, Any]:
        return {"tier": line.changes["tier"][1]} if "tier" in line.changes else {}

    def write(self, lines: list[Line]) -> None:
        self._write_tiers(lines)
        self._write_titles(lines)
        cadence.refresh([line.target for line in lines if line.target and MOVES_THE_DAY & line.changes.keys()])

    def _write_tiers(self, lines: list[Line]) -> None:
        today, ended, rows = self.batch.errand.today, [], []
        for line, _, tier in changed(lines, "tier"):
            if line.target in self.periods:
                period, since = self.periods[line.target]
                ended.append(Changed(period, line.target, {"until_on": None}, {"until_on": max(since, today)}))
            rows.append({"enterprise_id": line.target, "tier": tier, "from_on": today, "source": "import"})
            told = {"before": line.changes["tier"][0], "tier": tier, "on": today.isoformat()}
            self.batch.tell(line.target, "tier.set", **told)
        self.batch.journal.update(TierPeriod, ended)
        self.batch.journal.insert(TierPeriod, rows)

    def _write_titles(self, lines: list[Line]) -> None:
        updates, rows = [], []
        for line, _, claims in changed(lines, "titles"):
            for code, since, until in claims:
                known = self.held.get(line.target or 0, {}).get(code)
                span = {"from_on": _first(since), "until_on": _last(until)}
                self.batch.tell(line.target, "title.given", title=code)
                if known is None:
                    rows.append({"enterprise_id": line.target, "title": code, **span})
                    continue
                before = {"from_on": known[1], "until_on": known[2]}
                updates.append(
                    Changed(known[0], line.target, before, {key: value or before[key] for key, value in span.items()})
                )
        self.batch.journal.update(TitleHeld, updates)
        self.batch.journal.insert(TitleHeld, rows)


def _says_more(claim: Sequence[Any], held: Span | None) -> bool:
    """Whether a claim is new or names a year that the register does not have."""
    if held is None:
        return True
    _, since, until = claim
    return bool(
        (since and (held[1] is None or held[1].year != since)) or (until and (held[2] is None or held[2].year != until))
    )


def _first(year: int | None) -> date | None:
    return date(year, 1, 1) if year else None


def _last(year: int | None) -> date | None:
    return date(year, 12, 31) if year else None


def tier_periods(ids: Sequence[int]) -> dict[int, tuple[int, date]]:
    query = select(TierPeriod.enterprise_id, TierPeriod.id, TierPeriod.from_on).where(TierPeriod.until_on.is_(None))
    return {
        firm: (row_id, since) for some in parts(ids, 1000)
        for firm, row_id, since in db.session.execute(query.where(among(TierPeriod.enterprise_id, some)))
    }  # fmt: skip


def titles_held(ids: Sequence[int]) -> dict[int, dict[str, Span]]:
    found: dict[int, dict[str, Span]] = defaultdict(dict)
    query = select(TitleHeld.enterprise_id, TitleHeld.title, TitleHeld.id, TitleHeld.from_on, TitleHeld.until_on)
    for some in parts(ids, 1000):
        rows = db.session.execute(query.where(among(TitleHeld.enterprise_id, some), TitleHeld.removed_on.is_(None)))
        for firm, title, row_id, since, until in rows:
            found[firm][title] = (row_id, since, until)
    return found
