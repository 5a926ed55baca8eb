"""What an open track still lacks: papers of the step it is in, and what keeps it from the steps that may follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm.cultivation import papers
from crm.cultivation.paper_models import TrackPaper
from crm.cultivation.rules import gates
from crm.cultivation.rules.gates import Firm, Proposed
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Guard, Kind, Paper, State


@dataclass(frozen=True)
class Barrier:
    """A hard condition on a step that may follow; it would be refused today."""

    state: State
    guard: Guard


def lacking(state: State, document_no: str, there: Sequence[TrackPaper]) -> list[Paper]:
    """Of the state's list of evidence, in its order."""
    codes = papers.missing(state, document_no, there)
    return [each for each in state.evidence if each.zh in codes]


def barriers(firm: Firm, kind: Kind, attempt: int, after: Sequence[State], today: date) -> list[Barrier]:
    """Conditions on a board wait until it is chosen."""
    found = []
    for state in after:
        step = Proposed(state.code, today, attempt)
        found += [
            Barrier(state, each.guard)
            for each in gates.unmet(ladder(), firm, kind, step)
            if each.guard.is_hard and not each.guard.needs.endswith("_board")
        ]
    return found
