"""Tracks of any number for measuring, ten events each: most go on, a part is quoted or listed, some have ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, cast

from sqlalchemy import Table, select, update

from crm.accounts import UnitKind, services
from crm.accounts.queries import root
from crm.core import bulk, clock
from crm.core.db import db, writing
from crm.cultivation import courses, outlooks, rungs
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.plan_models import TrackOutlook, TrackPlan
from crm.cultivation.rules.history import Event, Sort, Step, board_of, is_open, is_restricted, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import CLASSES, MOVES
from crm.cultivation.rules.states import Kind, State
from crm.cultivation.yearly_models import ListMember, Target, YearlyList
from crm.enterprises.models import Enterprise, Presence
from crm.timeline import CLI

EVENTS = 10
UNITS = 8
SHARES = {"REX": 45, "NEEQ": 25, "IPO": 20, "HK": 6, "US": 4}
"""Of a hundred tracks."""
ENDING, REDATED = 0.1, 0.3
"""Of a step that may end the track, and of a history in which one day was corrected."""
ARRIVED, UNDER_WAY = 5000, 700
"""Days since the last step, at most."""
LISTS = {"IPO_KEY": 40, "NEEQ_KEY": 25}
"""One firm in so many stands on the list."""
TARGETS = (
    ("new", "listed", 6, 8), ("new", "neeq", 10, 12), ("stock", "equity_exchange", 280, 300),
    ("step", "IP_COACH", 12, 15), ("step", "NQ_REFORMED", 20, 25), ("step", "IP_ACCEPTED", 8, 10),
)  # fmt: skip
CHUNK = 2_000


@dataclass(frozen=True)
class _Course:
    """An attempt of a firm with its events."""

    track_id: int
    firm: int
    kind: Kind
    events: Sequence[Event]
    steps: tuple[Step, ...]


def fill(tracks: int, by_id: int) -> None:
    """Put so many tracks on the enterprises that are there, several kinds on one where they are few; then yearly lists
    and targets. Derived rows are what the services make of the events."""
    firms = db.session.scalars(select(Enterprise.id).order_by(Enterprise.id)).all()
    with writing():
        _spread(firms)
    kinds = [code for code, share in SHARES.items() for _n in range(share)]
    places = _places(tracks, firms, kinds)
    while some := [place for _n, place in zip(range(CHUNK), places, strict=False)]:
        with writing():
            _add(some)
            db.session.expunge_all()
    with writing():
        _lists(firms)
        _targets(by_id)
    with writing():
        rungs.remake(firms)


def _places(tracks: int, firms: Sequence[int], kinds: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Firm and kind of each track, no pair twice."""
    codes = list(SHARES)
    for n in range(tracks):
        first = kinds[(n % len(firms)) * 61 % len(kinds)]
        yield firms[n % len(firms)], codes[(codes.index(first) + n // len(firms)) % len(codes)]


def _spread(firms: Sequence[int]) -> None:
    """The firms belong to several units, and came into the zone one after another."""
    made = [services.add_unit(name=f"梯度科{n}", kind=UnitKind.SECTION, parent=root(), by=CLI) for n in range(UNITS)]
    today = clock.today()
    for place, unit in enumerate(made):
        mine = Enterprise.id % UNITS == place
        db.session.execute(update(Enterprise).where(mine).values(unit_id=unit.id))
    for age in range(40):
        came = today - timedelta(days=150 * (age + 1))
        db.session.execute(update(Presence).where(Presence.enterprise_id % 40 == age).values(from_on=came))
    db.session.flush()


def _add(places: Sequence[tuple[int, str]]) -> None:
    ids = bulk.new_ids(_table(Track), len(places))
    found = [_course(track_id, *place) for track_id, place in zip(ids, places, strict=True)]
    bulk.insert_many(_table(Track), (_track(course) for course in found))
    bulk.insert_many(_table(TrackEvent), (row for course in found for row in _events(course)))
    spans = (row for c in found for row in courses.span_rows(c.firm, c.track_id, c.kind, c.steps))
    bulk.insert_many(_table(TrackSpan), spans)
    plans = [_plan(course) for course in found if course.track_id % 5 < 3 and is_open(course.kind, course.steps)]
    bulk.insert_many(_table(TrackPlan), plans)
    bulk.insert_many(_table(TrackOutlook), (_outlook(plan) for plan in plans))


def _course(track_id: int, firm: int, code: str) -> _Course:
    chance, kind = Random(track_id), ladder().kinds[code]  # noqa: S311 - nothing secret
    events = list(_history(kind, chance))
    return _Course(track_id, firm, kind, events, steps(events))


def _history(kind: Kind, chance: Random) -> Iterator[Event]:
    """About ten events, some of them corrections; those who have arrived did so over many years."""
    path = _path(kind, chance, chance.randint(3, 2 * EVENTS - 6))
    last = clock.today() - timedelta(days=chance.randrange(ARRIVED if path[-1].figure else UNDER_WAY))
    board = next(iter(kind.boards), "") if not kind.boards else chance.choice(list(kind.boards))
    gaps = [chance.randint(20, 160) for _state in path]
    for place, state in enumerate(path):
        on = last - timedelta(days=sum(gaps[place + 1 :]))
        reason = chance.choice(state.reasons).code if state.reasons else ""
        yield Event(place + 1, Sort.STEP, state.code, on, board if state.needs_board else "", reason)
    for seq in range(len(path) + 1, EVENTS + 1 if chance.random() > REDATED else EVENTS + 3):
        yield Event(seq, Sort.REDATE, on=last, reason="公告日期录入有误", corrects=len(path))


def _path(kind: Kind, chance: Random, length: int) -> list[State]:
    """A walk up the ladder, now and then a step aside or back."""
    path = [kind.states[kind.starts[0]]]
    while len(path) < length and (after := [kind.states[code] for code in path[-1].next]):
        onward = [state for state in after if not state.is_end]
        if not onward or len(path) == length - 1:
            ends = [state for state in after if state.is_end]
            if ends and chance.random() < ENDING:
                path.append(chance.choice(ends))
            break
        path.append(onward[0] if chance.random() < 0.8 else chance.choice(onward))
    return path


def _track(course: _Course) -> dict[str, Any]:
    last = course.steps[-1]
    return {
        "id": course.track_id, "enterprise_id": course.firm, "kind": course.kind.code, "attempt": 1,
        "state": last.state, "since_on": last.on, "board": board_of(course.steps), "last_seq": len(course.events),
        "is_open": is_open(course.kind, course.steps), "is_restricted": is_restricted(course.kind, course.steps),
    }  # fmt: skip


def _events(course: _Course) -> Iterator[dict[str, Any]]:
    for event in course.events:
        yield {
            "track_id": course.track_id, "seq": event.seq, "sort": event.sort, "state": event.state,
            "happened_on": event.on, "board": event.board, "reason": event.reason, "corrects": event.corrects,
            "grade": "numbered", "document_no": f"开管〔{course.track_id % 2030}〕{event.seq}号",
            "ladder": course.kind.version, "proposed_by_name": "测速",
        }  # fmt: skip


def _plan(course: _Course) -> dict[str, Any]:
    n, today = course.track_id, clock.today()
    blocked, next_on = n % 4 == 0, today + timedelta(days=n % 200 - 20)
    return {
        "track_id": n, "seq": 1, "state": course.steps[-1].state, "next_on": next_on,
        "goal_on": next_on + timedelta(days=n // 7 % 700), "goal_class": [*CLASSES][n % len(CLASSES)],
        "blocker": "土地确权待办" if blocked else "", "blocked_by": [*MOVES][n % len(MOVES)] if blocked else "",
        "by_name": "测速",
    }  # fmt: skip


def _outlook(plan: dict[str, Any]) -> dict[str, Any]:
    """Of a track with one plan and no review."""
    none = {"slips": 0, "slipped_days": 0, "reviewed_on": None, "review_next_on": None}
    return {"track_id": plan["track_id"]} | none | {name: plan[name] for name in outlooks.DERIVED if name in plan}


def _lists(firms: Sequence[int]) -> None:
    for kind, one_in in LISTS.items():
        for year in range(clock.today().year - 3, clock.today().year + 1):
            made = YearlyList(kind=kind, year=year, name=f"{year} 年重点", from_on=date(year, 1, 15))
            db.session.add(made)
            db.session.flush()
            members = ({"list_id": made.id, "enterprise_id": firm, "from_on": made.from_on}
                       for firm in firms if (firm + year) % one_in == 0)  # fmt: skip
            bulk.insert_many(_table(ListMember), members)


def _targets(by_id: int) -> None:
    for measure, subject, low, high in TARGETS:
        db.session.add(
            Target(measure=measure, subject=subject, year=clock.today().year, unit_id=root().id, low=low, high=high,
                   from_on=date(clock.today().year, 1, 20), set_by_id=by_id, set_by_name="测速")
        )  # fmt: skip
    db.session.flush()


def _table(model: Any) -> Table:
    return cast(Table, model.__table__)
