"""The board: lanes with their counts and oldest ages, and the cards in them; five statements whatever there is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, union_all
from sqlalchemy.sql.util import find_tables

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.among import among
from crm.core.db import read
from crm.cultivation import terms
from crm.cultivation.models import Track, TrackProposal
from crm.cultivation.plan_models import TrackOutlook
from crm.cultivation.rules import lanes
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.lanes import Lane
from crm.cultivation.rules.plan import is_stalled
from crm.cultivation.rules.states import Kind, State
from crm.cultivation.step_days import days_of, own
from crm.cultivation.terms import Terms
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.enterprises.serving_models import Assignment
from crm.permissions import Permission

ALL_AT_ONCE = 200
"""Lanes with so many cards show them all; larger ones come in pages."""
PER_PAGE = 20


Leg = tuple[tuple[str, ...], int, int]
"""Steps of a lane, and from which card on how many are wanted."""


class Total(NamedTuple):
    n: int
    oldest: date


@dataclass(frozen=True)
class Card:
    """A track as it stands; `row` has its columns."""

    row: Any
    kind: Kind
    state: State
    after: State | None
    reach: Sequence[str]
    terms: Terms = terms.NOTHING

    @property
    def depends(self) -> tuple[Any, ...]:
        """What it is drawn from."""
        return tuple(self.row), tuple(self.reach), self.terms

    @property
    def days(self) -> int:
        """How long it is in its step."""
        return int((clock.today() - self.row.since_on).days)

    @property
    def planned_days(self) -> int | None:
        return days_of(self.state, self.row.own_days)

    @property
    def is_stalled(self) -> bool:
        return is_stalled(self.planned_days, self.row.since_on, clock.today())

    @property
    def is_late(self) -> bool:
        """An expected day has gone by."""
        return any(day is not None and day < clock.today() for day in (self.row.next_on, self.row.goal_on))


@dataclass(frozen=True)
class Column:
    """A lane with its cards from the place `start` on; `oldest` is the longest age in days, None without cards."""

    lane: Lane
    total: int
    oldest: int | None
    cards: Sequence[Any]
    start: int = 0

    @property
    def more_from(self) -> int | None:
        end = self.start + len(self.cards)
        return end if end < self.total else None


def columns(
    where: Sequence[ColumnElement[bool]], found: Sequence[Lane], user: User, *, at: str = "", start: int = 0,
    only: Collection[str],
) -> list[Column]:  # fmt: skip
    """All lanes or those that are wanted; `start` is the place in the lane `at` from which its cards are."""
    wanted = [lane for lane in found if lane.code in only]
    totals = _totals(where, wanted)
    begins = {lane.code: start if lane.code == at else 0 for lane in wanted}
    ids = _ids(where, [lane for lane in wanted if lane.code in totals], totals, begins)
    cards = cards_of([track_id for some in ids.values() for track_id in some], found, user)
    return [
        _column(lane, totals.get(lane.code), [cards[i] for i in ids.get(lane.code, ()) if i in cards], begins)
        for lane in wanted
    ]


def _column(lane: Lane, known: Total | None, cards: Sequence[Card], begins: Mapping[str, int]) -> Column:
    if known is None:
        return Column(lane, 0, None, ())
    return Column(lane, known.n, int((clock.today() - known.oldest).days), cards, begins[lane.code])


def tracks(where: Sequence[ColumnElement[bool]], *shown: Any) -> Select[Any]:
    """Tracks with their enterprise and outlook."""
    query = select(*shown).select_from(Track).outerjoin(TrackOutlook, TrackOutlook.track_id == Track.id)
    return query.where(*where).join(Enterprise, Enterprise.id == Track.enterprise_id)


def of_tracks(where: Sequence[ColumnElement[bool]], *shown: Any) -> Select[Any]:
    """Tracks alone, to count and choose among ten thousand; with their outlook where a filter names it."""
    query = select(*shown).select_from(Track).where(*where)
    if not any(TrackOutlook.__table__ in find_tables(clause, check_columns=True) for clause in where):
        return query
    return query.outerjoin(TrackOutlook, TrackOutlook.track_id == Track.id)


def _totals(where: Sequence[ColumnElement[bool]], found: Sequence[Lane]) -> dict[str, Total]:
    """How many cards each lane has and since when the oldest stands there; lanes without any are left out."""
    place = lanes.places(found)
    totals: dict[str, Total] = {}
    rows: Any = read(_counting(tuple(where), tuple(place))).all()
    for state, n, oldest in rows:
        known = totals.get(place[state], Total(0, oldest))
        totals[place[state]] = Total(known.n + n, min(known.oldest, oldest))
    return totals


def _ids(
    where: Sequence[ColumnElement[bool]], found: Sequence[Lane], totals: Mapping[str, Total], begins: Mapping[str, int]
) -> dict[str, list[int]]:
    """The ids of the cards of each lane, the longest in its step first."""
    if not found:
        return {}
    legs = tuple(
        (lane.states, begins[lane.code], ALL_AT_ONCE if totals[lane.code].n <= ALL_AT_ONCE else PER_PAGE)
        for lane in found
    )
    ids: dict[str, list[int]] = {}
    rows: Any = read(_choosing(tuple(where), legs)).all()
    for track_id, _since, place in rows:
        ids.setdefault(found[place].code, []).append(track_id)
    return ids


@lru_cache(maxsize=256)
def _counting(where: tuple[ColumnElement[bool], ...], states: tuple[str, ...]) -> Select[Any]:
    """Made once for the clauses that people of equal reach share; those of a filter are new ones each time."""
    query = of_tracks([*where, Track.state.in_(states)], Track.state, func.count(), func.min(Track.since_on))
    return query.group_by(Track.state)


@lru_cache(maxsize=256)
def _choosing(where: tuple[ColumnElement[bool], ...], legs: tuple[Leg, ...]) -> Any:
    found = [_leg(where, place, *leg) for place, leg in enumerate(legs)]
    return union_all(*(select(leg.subquery()) for leg in found)).order_by("place", "since_on", "id")


def _leg(
    where: tuple[ColumnElement[bool], ...], place: int, states: tuple[str, ...], begin: int, most: int
) -> Select[Any]:
    """The oldest cards of a lane out of the oldest of each of its steps, which the index gives in their order."""
    shown = (Track.id, Track.since_on, literal(place).label("place"))
    each = [of_tracks([*where, Track.state == state], *shown).order_by(Track.since_on, Track.id) for state in states]
    if len(each) == 1:
        return each[0].offset(begin).limit(most)
    of_lane = union_all(*(select(one.limit(begin + most).subquery()) for one in each)).subquery()
    return select(of_lane).order_by(of_lane.c.since_on, of_lane.c.id).offset(begin).limit(most)


@cache
def of_kind(code: str) -> ColumnElement[bool]:
    return Track.kind == code


def cards_of(ids: Sequence[int], found: Sequence[Lane], user: User) -> dict[int, Card]:
    rows, reach = rows_of(ids, user), _Reach(found)
    running_out = terms.of_open(rows)
    return {row.id: Card(row, *reach[row.state], running_out.get(row.id, terms.NOTHING)) for row in rows}


def rows_of(ids: Sequence[int], user: User) -> Sequence[Any]:
    """What card and table show of these tracks, in no order."""
    rights = within(user, Permission.TRACK_RECORD), within(user, Permission.TRACK_CONFIRM)
    return read(_showing(*rights), {"ids": ids}).all() if ids else ()


@lru_cache(maxsize=256)
def _showing(may_record: ColumnElement[bool], may_confirm: ColumnElement[bool]) -> Select[Any]:
    return _details(may_record, may_confirm).where(among(Track.id, "ids"))


class _Reach(dict[str, tuple[Kind, State, State | None, Sequence[str]]]):
    """By step what its cards on a board have in common."""

    def __init__(self, found: Sequence[Lane]) -> None:
        super().__init__()
        self.found = found

    def __missing__(self, code: str) -> tuple[Kind, State, State | None, Sequence[str]]:
        kind = ladder().owner[code]
        state = kind.states[code]
        self[code] = kind, state, lanes.next_step(kind, state), lanes.within_reach(state, self.found)
        return self[code]


def details(user: User) -> Select[Any]:
    """What card and table show of a track; `may_record` and `may_confirm` say what this user may do there."""
    return _details(within(user, Permission.TRACK_RECORD), within(user, Permission.TRACK_CONFIRM))


def _details(may_record: ColumnElement[bool], may_confirm: ColumnElement[bool]) -> Select[Any]:
    waiting = and_(
        TrackProposal.enterprise_id == Track.enterprise_id, TrackProposal.kind == Track.kind,
        TrackProposal.outcome == "waiting",
    )  # fmt: skip
    named = {
        "waiting_id": TrackProposal.id, "waiting_state": TrackProposal.state, "commissioner": User.name,
        "commissioner_unit": Unit.name, "own_days": own(),
        "may_record": may_record, "may_confirm": may_confirm,
    }  # fmt: skip
    outlook = (column for column in TrackOutlook.__table__.columns if column.name != "track_id")
    shown = (
        Track.id, Track.kind, Track.attempt, Track.state, Track.board, Track.since_on, Track.last_seq,
        Track.is_restricted, Track.enterprise_id, Enterprise.name, Enterprise.short_name, *outlook,
        *(expression.label(name) for name, expression in named.items()),
    )  # fmt: skip
    query = with_commissioner(tracks((), *shown).outerjoin(TrackProposal, waiting))
    return query.outerjoin(Unit, Unit.id == User.unit_id)


def with_commissioner(query: Select[Any]) -> Select[Any]:
    is_open = (Assignment.enterprise_id == Track.enterprise_id) & Assignment.ended_on.is_(None)
    return query.outerjoin(Assignment, is_open).outerjoin(User, User.id == Assignment.commissioner_id)
