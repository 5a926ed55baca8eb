"""Correcting an event: voided, on another day, or in another state; what it brought along is corrected with it."""

from __future__ import annotations

from datetime import date

from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.cultivation import courses
from crm.cultivation.bringing import bring_along
from crm.cultivation.models import Track, TrackEvent
from crm.cultivation.queries import firm_of, history, rows_of
from crm.cultivation.rules.gates import Proposed
from crm.cultivation.rules.history import Event, Sort, faults, obstacles, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Kind
from crm.cultivation.telling import tell
from crm.enterprises.models import Enterprise
from crm.timeline import Actor


def correct(
    track: Track, corrects: int, sort: Sort, *, seq: int, reason: str, by: Actor, on: date | None = None,
    state: str = "", board: str = "",
) -> TrackEvent:  # fmt: skip
    """Void, re-date (`on`) or re-state (`state`, `board`) the event with the number `corrects`, by a further event.

    The whole attempt is looked at again. Raises RuleBroken when it could not have been so.
    """
    enterprise = db.session.get_one(Enterprise, track.enterprise_id)
    lock(enterprise)
    lock(track)
    kind, rows = ladder().kinds[track.kind], rows_of([track])[track.id]
    event = Event(seq, sort, state, on, board, reason, corrects)
    if broken := obstacles(kind, history(rows), event, clock.today()):
        raise RuleBroken(broken)
    wrong = rows[corrects - 1]
    _refuse_brought_along(wrong)
    _refuse_idle(kind, wrong, event)
    was_restricted = track.is_restricted
    made = _append(track, event, by, None)
    touched = {track, *_correct_what_followed(wrong, made, by)}
    _refuse_faults(enterprise, touched)
    for each in sorted(touched, key=lambda each: each.attempt, reverse=True):
        courses.rebuild(each)
    if sort == Sort.RESTATE:
        _bring_along_anew(enterprise, track, made, by)
    told = {"state": state or wrong.state, "sort": str(sort), "corrects": corrects, "reason": reason}
    tell(track, "track.corrected", made, by, is_restricted=was_restricted, **told)
    return made


def _append(track: Track, event: Event, by: Actor, caused_by: int | None) -> TrackEvent:
    """The row alone: what repeats the events is made anew when all rows stand."""
    made = TrackEvent(
        track_id=track.id, seq=event.seq, sort=event.sort, state=event.state, happened_on=event.on, board=event.board,
        reason=event.reason, corrects=event.corrects, caused_by_id=caused_by, ladder=ladder().kinds[track.kind].version,
        proposed_by_id=by.id, proposed_by_name=by.name, confirmed_by_id=by.id, confirmed_by_name=by.name,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    track.last_seq = event.seq
    return made


def _refuse_brought_along(wrong: TrackEvent) -> None:
    if wrong.caused_by_id is not None:
        raise RuleBroken(say("This step was brought along by a step of another track: correct that one"))


def _refuse_idle(kind: Kind, wrong: TrackEvent, event: Event) -> None:
    """A correction changes something, and leads nowhere that another person has to confirm."""
    is_day = event.sort == Sort.REDATE and event.on == wrong.happened_on
    if is_day or (event.sort == Sort.RESTATE and (event.state, event.board) == (wrong.state, wrong.board)):
        raise RuleBroken(say("Nothing would change: choose what is wrong and how it was"), "sort")
    if event.sort != Sort.RESTATE or wrong.sort == Sort.BASELINE:
        return
    if kind.states[event.state].asks_confirmation and not kind.states[wrong.state].asks_confirmation:
        raise RuleBroken(say("That step has to be confirmed: void this one and record the right one anew"), "state")


def _correct_what_followed(wrong: TrackEvent, correction: TrackEvent, by: Actor) -> list[Track]:
    """A new day goes along; otherwise what was brought along is voided."""
    touched = []
    for caused in courses.brought_along_by(wrong):
        track = db.session.get_one(Track, caused.track_id)
        if all(step.seq != caused.seq for step in steps(history(rows_of([track])[track.id]))):
            continue
        sort = Sort.REDATE if correction.sort == Sort.REDATE else Sort.VOID
        event = Event(track.last_seq + 1, sort, "", correction.happened_on, "", correction.reason, caused.seq)
        _append(track, event, by, correction.id)
        touched.append(track)
    return touched


def _bring_along_anew(enterprise: Enterprise, track: Track, made: TrackEvent, by: Actor) -> None:
    step = next(s for s in steps(history(rows_of([track])[track.id])) if s.seq == made.corrects)
    proposed = Proposed(step.state, step.on, track.attempt, step.board)
    bring_along(enterprise, ladder().kinds[track.kind], proposed, made, by=by, firm=firm_of(enterprise))


def _refuse_faults(enterprise: Enterprise, touched: set[Track]) -> None:
    for track in touched:
        rows = rows_of([track])[track.id]
        if broken := faults(ladder().kinds[track.kind], steps(history(rows)), clock.today()):
            raise RuleBroken(broken)
    courses.refuse_disorder(enterprise, {track.kind for track in touched})
