"""Acts on a track: propose a step, confirm or reject it, take an attempt over as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import say
from crm.cultivation import bringing, courses, papers
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.queries import firm_of, history, others_who_confirm, rows_of
from crm.cultivation.rules import gates
from crm.cultivation.rules.gates import Proposed
from crm.cultivation.rules.history import MEANWHILE, Event, Origin, Sort, obstacles
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Kind
from crm.cultivation.telling import tell, tell_proposed, told_guard
from crm.enterprises.models import Enterprise, Standing
from crm.timeline import Actor


def propose(enterprise: Enterprise, kind: str, step: Proposed, *, seq: int, by: Actor) -> TrackEvent | TrackProposal:
    """Say that a step was taken. One that counts or starts a clock waits for another person's word, others stand at
    once. `seq` is the place in the history that was looked at.

    Raises RuleBroken with what is missing, what the ladder does not allow and which hard conditions do not hold; also
    while another step of the track waits, for it would follow on what it does not know.
    """
    lock(enterprise)
    known = _kind(kind)
    _refuse_gone(enterprise)
    _refuse_second(enterprise, kind)
    _check(enterprise, known, step, seq)
    if not known.states[step.state].asks_confirmation:
        return _take(enterprise, known, step, proposed=by)
    made = TrackProposal(
        enterprise_id=enterprise.id, kind=kind, attempt=step.attempt, seq=seq, happened_on=step.on,
        proposed_by_id=by.id, **_details(step), state=step.state,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    tell_proposed(made, "track.proposed", by)
    return made


def confirm(
    proposal: TrackProposal, *, by: Actor, alone_because: str = "", place: tuple[int, int] | None = None
) -> TrackEvent:
    """Let a proposed step stand. Whoever proposed it may not, unless nobody else has the right: then with a reason.
    `place` is the (attempt, number) in the history that the confirmer looked at, by default the proposer's.

    Raises Stale when it is decided already, RuleBroken when it no longer may follow.
    """
    enterprise = _hold(proposal)
    _refuse_gone(enterprise)
    alone = _alone(enterprise, proposal, by, alone_because.strip())
    attempt, seq = place or (proposal.attempt, proposal.seq)
    kind, step = _kind(proposal.kind), replace(step_of(proposal), attempt=attempt)
    _check(enterprise, kind, step, seq)
    proposer = _Named(proposal.proposed_by_id, _name_of(proposal.proposed_by_id))
    made = _take(enterprise, kind, step, proposed=proposer, confirmed=by, alone=alone)
    papers.pass_to(made, proposal)
    _decide(proposal, "confirmed", by, alone_because.strip())
    return made


def reject(proposal: TrackProposal, *, by: Actor, reason: str) -> None:
    """A proposed step does not stand; it may be proposed anew."""
    _hold(proposal)
    if not reason.strip():
        raise RuleBroken(say("Say why the step is not confirmed"), "because")
    _decide(proposal, "rejected", by, reason)
    tell_proposed(proposal, "track.rejected", by, note=reason)


def withdraw(proposal: TrackProposal, *, by: Actor) -> None:
    """Whoever proposed a step takes it back before it is decided."""
    _hold(proposal)
    if by.id != proposal.proposed_by_id:
        raise RuleBroken(say("A waiting step is taken back by the one who proposed it"))
    _decide(proposal, "withdrawn", by, "")
    tell_proposed(proposal, "track.withdrawn", by)


def baseline(
    enterprise: Enterprise, kind: str, step: Proposed, *, origin: Origin, by: Actor, provisional_note: str = ""
) -> TrackEvent:
    """Begin an attempt in whatever state it is in: what was before this system, a firm that moved in, a transfer."""
    lock(enterprise)
    if enterprise.standing == Standing.MERGED:
        raise RuleBroken(say("%(name)s has been merged already", name=enterprise.name))
    known, track = _kind(kind), courses.begin(enterprise.id, kind)
    event = Event(track.last_seq + 1, Sort.BASELINE, step.state, step.on, step.board, origin)
    if broken := obstacles(known, _history(track), event, clock.today()):
        raise RuleBroken(broken)
    details = _details(step) | {"reason": str(origin), "note": step.note or provisional_note}
    details["warnings"] = [told_guard(guard) for guard in bringing.new_clashes(enterprise, track, event)]
    people = courses.people(by, by)
    made = courses.append(track, Sort.BASELINE, state=step.state, happened_on=step.on, **people, **details)
    courses.refuse_disorder(enterprise, {kind})
    tell(track, "track.baseline", made, by)
    bringing.settle(enterprise, by=by)
    return made


def step_of(proposal: TrackProposal) -> Proposed:
    return Proposed(
        proposal.state, proposal.happened_on, proposal.attempt, proposal.board, proposal.grade, proposal.document_no,
        proposal.note, proposal.reason, proposal.wording, proposal.told_by or "", proposal.told_on,
    )  # fmt: skip


def next_seq(enterprise_id: int, kind: str) -> tuple[int, int]:
    """(attempt, place) of the next event of this kind."""
    track = courses.current(enterprise_id, kind)
    if track is not None:
        return track.attempt, track.last_seq + 1
    ended = select(Track.attempt).where(Track.enterprise_id == enterprise_id, Track.kind == kind)
    return (db.session.scalar(ended.order_by(Track.attempt.desc()).limit(1)) or 0) + 1, 1


def _check(enterprise: Enterprise, kind: Kind, step: Proposed, seq: int) -> None:
    state = kind.states.get(step.state)
    if state is None:
        raise RuleBroken(say("There is no such step"), "state")
    if (step.attempt, seq) != next_seq(enterprise.id, kind.code):
        raise RuleBroken(MEANWHILE)
    firm = firm_of(enterprise)
    track = courses.current(enterprise.id, kind.code)
    event = Event(seq, Sort.STEP, step.state, step.on, step.board, step.reason)
    ended = [c.steps[-1].on for c in firm.courses if c.kind == kind.code and c.attempt < step.attempt and c.steps]
    broken = obstacles(kind, _history(track), event, clock.today(), max(ended, default=None))
    broken += gates.lacking(ladder(), state, step, clock.today())
    if not broken:
        hard = [each.guard for each in gates.unmet(ladder(), firm, kind, step) if each.guard.is_hard]
        broken += [Obstacle("", say("Not met: %(rule)s", rule=guard)) for guard in hard]
    if broken:
        raise RuleBroken(broken)


def _take(
    enterprise: Enterprise,
    kind: Kind,
    step: Proposed,
    *,
    proposed: Actor,
    confirmed: Actor | None = None,
    alone: str = "",
) -> TrackEvent:
    """The step stands, with the soft conditions that do not hold and all it brings along."""
    firm = firm_of(enterprise)
    soft = [told_guard(each.guard) for each in gates.unmet(ladder(), firm, kind, step)]
    track = courses.begin(enterprise.id, kind.code)
    people = courses.people(proposed, confirmed) | {"alone_because": alone}
    details = _details(step) | {"warnings": soft}
    made = courses.append(track, Sort.STEP, state=step.state, happened_on=step.on, **details, **people)
    tell(track, "track.step", made, confirmed or proposed, reason=alone)
    bringing.bring_along(enterprise, kind, step, made, by=confirmed or proposed, firm=firm)
    courses.refuse_disorder(enterprise, {kind.code})
    return made


def _history(track: Track | None) -> Sequence[Event]:
    return history(rows_of([track])[track.id]) if track is not None else []


def _kind(code: str) -> Kind:
    if code not in ladder().kinds:
        raise RuleBroken(say("There is no such kind of track"))
    return ladder().kinds[code]


def _refuse_second(enterprise: Enterprise, kind: str) -> None:
    waiting = select(TrackProposal.id).where(
        TrackProposal.enterprise_id == enterprise.id, TrackProposal.kind == kind, TrackProposal.outcome == "waiting"
    )
    if db.session.scalar(waiting) is not None:
        raise RuleBroken(say("A step of this track waits for confirmation: it is decided or taken back first"))


def _refuse_gone(enterprise: Enterprise) -> None:
    if enterprise.standing != Standing.ACTIVE:
        raise RuleBroken(say("The enterprise is no longer in the zone: its tracks rest"))


def _hold(proposal: TrackProposal) -> Enterprise:
    enterprise = db.session.get_one(Enterprise, proposal.enterprise_id)
    lock(enterprise)
    lock(proposal)
    if proposal.outcome != "waiting":
        raise Stale(proposal)
    return enterprise


def _alone(enterprise: Enterprise, proposal: TrackProposal, by: Actor, because: str) -> str:
    """Why one person does both; "" when two do."""
    if by.id != proposal.proposed_by_id:
        return ""
    if others_who_confirm(enterprise, by.id):
        raise RuleBroken(say("Another person than the one who proposed it confirms a step"))
    if not because:
        raise RuleBroken(say("Nobody else may confirm here: say why you do it yourself"), "because")
    return because


def _decide(proposal: TrackProposal, outcome: str, by: Actor, because: str) -> None:
    proposal.outcome, proposal.decided_at, proposal.decided_by_id = outcome, clock.now(), by.id
    proposal.decided_because = because
    db.session.flush()


class _Named:
    def __init__(self, row_id: int, name: str) -> None:
        self.id, self.name = row_id, name


def _name_of(user_id: int) -> str:
    from crm.accounts.models import User

    return db.session.get_one(User, user_id).name


def _details(step: Proposed) -> dict[str, Any]:
    names = ("board", "reason", "grade", "document_no", "wording", "note", "told_on")
    return {name: getattr(step, name) for name in names} | {"told_by": step.told_by or None}
