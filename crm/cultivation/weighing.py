"""What whoever confirms a step looks at: its evidence, what does not hold, and the history it would follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.accounts.models import User
from crm.core.db import db
from crm.cultivation import courses, papers, services
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.paper_models import TrackPaper
from crm.cultivation.queries import firm_of, others_who_confirm, rows_of
from crm.cultivation.rules import gates
from crm.cultivation.rules.history import CORRECTIONS
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Guard, Kind, Named, Paper, State
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import may
from crm.permissions import Permission


@dataclass(frozen=True)
class Weighed:
    """`last` is the event before it, `has_moved` that it came after the proposal."""

    kind: Kind
    state: State
    grade: Named | None
    reason: Named | None
    unmet: Sequence[Guard]
    papers: Sequence[TrackPaper]
    missing: Sequence[Paper]
    proposer: User
    last: TrackEvent | None
    has_moved: bool
    is_alone: bool


def of(proposal: TrackProposal, enterprise: Enterprise, me: User) -> Weighed:
    kind = ladder().kinds[proposal.kind]
    state = kind.states[proposal.state]
    track = courses.current(enterprise.id, kind.code)
    there = papers.of_proposals([proposal.id])[proposal.id]
    sees_all = may(me, Permission.TRACK_RESTRICTED, enterprise)  # conditions look at plans, too
    unmet = gates.unmet(ladder(), firm_of(enterprise), kind, services.step_of(proposal)) if sees_all else []
    lacking = papers.missing(state, proposal.document_no, there)
    return Weighed(
        kind,
        state,
        next((each for each in ladder().grades if each.code == proposal.grade), None),
        next((each for each in state.reasons if each.code == proposal.reason), None),
        [each.guard for each in unmet],
        there,
        [each for each in state.evidence if each.zh in lacking],
        db.session.get_one(User, proposal.proposed_by_id),
        last_of(track) if track is not None else None,
        services.next_seq(enterprise.id, kind.code) != (proposal.attempt, proposal.seq),
        proposal.proposed_by_id == me.id and not others_who_confirm(enterprise, me.id),
    )


def last_of(track: Track) -> TrackEvent | None:
    """Its last event that is no correction."""
    rows = rows_of([track])[track.id]
    return next((row for row in reversed(rows) if row.sort not in CORRECTIONS), None)
