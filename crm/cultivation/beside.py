"""Rows of a list beside what else their firm has: a quotation that a listing ends, a firm that counts twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from crm.core.words import say
from crm.cultivation.bringing import begun
from crm.cultivation.listed_firms import Known, as_firm
from crm.cultivation.rules import effects, gates
from crm.cultivation.rules.gates import Firm
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.taking_over import Row
from crm.cultivation.telling import told_guard
from crm.cultivation.words import kind_word


def look_beside(rows: Sequence[Row], known: Known) -> None:
    """Each row with an event learns what it closes and what warns; one that cannot have been so is refused."""
    of_firm: dict[int | str, list[Row]] = defaultdict(list)
    for row in rows:
        of_firm[row.key].append(row)
    for same in of_firm.values():
        before = after = as_firm(known, same[0].firm)
        for row in same:
            assert row.event is not None
            after = begun(after, row.market.kind, row.attempt, row.event)
        _settle(same, after)
        _warn(same[-1], before, after)


def _settle(same: Sequence[Row], firm: Firm) -> None:
    for each in effects.owed(ladder(), firm):
        for row in same:
            row.closes = True
        if not effects.closes_in_order(firm, each):
            told = {"kind": kind_word(each.consequence.kind), "why": say("its last step is later than this day")}
            same[-1].line.refuse("since", say("The track %(kind)s does not fit: %(why)s", **told))


def _warn(row: Row, before: Firm, after: Firm) -> None:
    known = list(gates.clashes(ladder(), before))
    row.warnings = [told_guard(guard) for guard in gates.clashes(ladder(), after) if guard not in known]
