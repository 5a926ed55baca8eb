"""What a step does to the other tracks of the firm, in the same act: events that name it as their cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.cultivation import courses
from crm.cultivation.models import Track, TrackEvent
from crm.cultivation.queries import firm_of, history, rows_of
from crm.cultivation.rules import effects, gates
from crm.cultivation.rules.effects import Consequence, Owed
from crm.cultivation.rules.gates import Course, Firm, Proposed
from crm.cultivation.rules.history import Event, obstacles, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Guard, Kind
from crm.cultivation.telling import tell
from crm.cultivation.words import kind_word
from crm.enterprises.models import Enterprise
from crm.timeline import Actor


def bring_along(
    enterprise: Enterprise, kind: Kind, step: Proposed, cause: TrackEvent, *, by: Actor, firm: Firm
) -> None:
    """Raises RuleBroken when another track does not fit: that one is to be set right first."""
    for each in effects.consequences(ladder(), firm, kind, step):
        _bring(enterprise, each, cause, by)


def settle(enterprise: Enterprise, *, by: Actor) -> None:
    """After an attempt was taken over as it stands: what closes another track closes it, on its own day."""
    for each in list(effects.owed(ladder(), firm_of(enterprise))):
        _bring(enterprise, each.consequence, _cause(enterprise, each), by)


def new_clashes(enterprise: Enterprise, track: Track, baseline: Event) -> list[Guard]:
    """Soft conditions on what else is open that no longer hold once this attempt begins so."""
    before = firm_of(enterprise)
    after = begun(before, track.kind, track.attempt, baseline)
    known = list(gates.clashes(ladder(), before))
    return [guard for guard in gates.clashes(ladder(), after) if guard not in known]


def begun(firm: Firm, kind: str, attempt: int, baseline: Event) -> Firm:
    """The firm with one attempt more, or one whose events were all voided begun anew."""
    others = (each for each in firm.courses if (each.kind, each.attempt) != (kind, attempt))
    return replace(firm, courses=(*others, Course(kind, attempt, steps([baseline]), baseline.seq)))


def _bring(enterprise: Enterprise, each: Consequence, cause: TrackEvent, by: Actor) -> None:
    track, event = courses.begin(enterprise.id, each.kind), each.event
    _refuse_out_of_order(each.kind, track, event)
    made = courses.append(
        track, event.sort, state=event.state, happened_on=event.on, board=event.board, reason=event.reason,
        caused_by_id=cause.id, document_no=cause.document_no, grade=cause.grade, **courses.people(by, by),
    )  # fmt: skip
    tell(track, f"track.{event.sort}", made, by)


def _refuse_out_of_order(code: str, track: Track, event: Event) -> None:
    before: Sequence[Event] = history(rows_of([track])[track.id])
    placed = replace(event, seq=len(before) + 1)
    if wrong := obstacles(ladder().kinds[code], before, placed, clock.today()):
        told = {"kind": kind_word(code), "why": wrong[0].why}
        raise RuleBroken(say("The track %(kind)s does not fit: %(why)s", **told), "on")


def _cause(enterprise: Enterprise, each: Owed) -> TrackEvent:
    of_course = (Track.enterprise_id == enterprise.id, Track.kind == each.kind, Track.attempt == each.attempt)
    query = select(TrackEvent).join(Track, Track.id == TrackEvent.track_id).where(*of_course)
    return db.session.scalars(query.where(TrackEvent.seq == each.seq)).one()
