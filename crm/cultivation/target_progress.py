"""How far the targets of a year have come: the firms behind each number, read once for all targets.

What is public counts the whole zone; steps that are secret, and plans, only as far as the reader sees them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from crm.accounts.models import Unit, UnitKind, User
from crm.core.among import among
from crm.core.db import one_picture, read
from crm.core.words import say
from crm.cultivation import figures
from crm.cultivation.figures import IN_FIGURE, holds, in_zone, in_zone_then
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.plans_then import expected
from crm.cultivation.queries import seen_by
from crm.cultivation.rules.history import Origin, Sort
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.targets import Progress, kinds_meant, progress
from crm.cultivation.yearly_models import Target
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment

Firms = set[int]
ZONE = say("The whole zone")


@dataclass(frozen=True)
class Shown:
    """A target with its numbers and the firms behind them: done, sure, trying, and open (neither done nor sure)."""

    target: Any
    unit_name: str
    path: str
    """Of its unit."""
    is_zone: bool
    progress: Progress
    firms: dict[str, Firms]


@dataclass
class _Read:
    """What was read of a year, by step, figure and class."""

    steps: dict[str, Firms]
    new: dict[str, Firms]
    stock: dict[str, Firms]
    planned: dict[tuple[str, str], Firms]
    paths: dict[int, list[str]] | None = None
    """None when nobody asks for the units of firms."""

    def firms(self) -> Firms:
        return set().union(*self.steps.values(), *self.new.values(), *self.stock.values(), *self.planned.values())


def shown(me: User, targets: Sequence[Any], year: int, on: date) -> list[Shown]:
    """As of the end of a day of the year, or of its last one: with the plans that were in force then."""
    if not targets:
        return []
    with one_picture(of_rows=True):
        rows: Any = read(select(Unit.id, Unit.path, Unit.name, Unit.kind))
        units = {unit: (path, str(ZONE) if kind == UnitKind.ROOT else name) for unit, path, name, kind in rows}
        found = _read(me, targets, year, on)
        if any(units[target.unit_id][1] != str(ZONE) for target in targets):
            found.paths = _paths(found.firms())
    return [_shown(target, *units[target.unit_id], found, on) for target in targets]


def in_force(year: int, on: date | None = None) -> Sequence[Any]:
    """The targets of a year as they stand, or as they stood on a day; plain rows."""
    still = Target.until_on.is_(None)
    then = and_(Target.from_on <= on, or_(still, Target.until_on > on)) if on else still
    query = select(*Target.__table__.columns).where(Target.year == year, then)
    return read(query.order_by(Target.unit_id, Target.measure, Target.id)).all()


def _shown(target: Any, path: str, name: str, found: _Read, on: date) -> Shown:
    of = {"step": found.steps, "new": found.new, "stock": found.stock}[target.measure]
    firms = {"done": _in_unit(of.get(target.subject, set()), path, found)}
    kinds = kinds_meant(ladder(), target.measure, target.subject)
    for each, classes in (("sure", ["sure"]), ("trying", ["trying"]), ("open", ["trying", "reserve", ""])):
        meant = set().union(*(found.planned.get((kind, one), set()) for kind in kinds for one in classes))
        firms[each] = _in_unit(meant, path, found) - firms["done"] - firms.get("sure", set())
    sure, trying = (len(firms[each]) if kinds else None for each in ("sure", "trying"))
    told = progress(target.low, target.high, len(firms["done"]), year=target.year, on=on, sure=sure, trying=trying)
    return Shown(target, name, path, name == str(ZONE), told, firms)


def _in_unit(firms: Firms, path: str, found: _Read) -> Firms:
    """Those in the subtree of a unit, as `enterprises.queries.in_subtree` says it; all for the root."""
    if found.paths is None:
        return firms
    return {firm for firm in firms if any(each.startswith(path) for each in found.paths.get(firm, ()))}


def _read(me: User, targets: Sequence[Any], year: int, on: date) -> _Read:
    """What these targets count, and no more."""
    first, until = date(year - 1, 12, 31), min(on, date(year, 12, 31))
    told = {
        measure: sorted({t.subject for t in targets if t.measure == measure}) for measure in ("step", "new", "stock")
    }
    has_plans = any(kinds_meant(ladder(), t.measure, t.subject) for t in targets)
    moved = figures.moves(first, until, *told["new"]) if told["new"] else {}
    return _Read(
        _steps(me, told["step"], first, until) if told["step"] else {},
        {code: set(names.get("new", ())) for code, names in moved.items()},
        _stock(told["stock"], until) if told["stock"] else {},
        expected(me, year, on) if has_plans else {},
    )


def _steps(me: User, states: Sequence[str], after: date, until: date) -> dict[str, Firms]:
    """By step the firms in the zone that took it in the days; of a head figure only where they are new in it."""
    span, event = TrackSpan, TrackEvent
    at = and_(event.track_id == span.track_id, event.seq == span.seq)
    came = or_(event.sort != Sort.BASELINE, event.reason == str(Origin.HISTORY))
    query = select(span.state, span.enterprise_id).join(Track, Track.id == span.track_id).join(event, at)
    days = (
        span.state.in_(states),
        span.from_on > after,
        span.from_on <= until,
        or_(span.figure == "", span.is_new.is_(True)),
        came,
    )
    public = [state for kind in ladder().kinds.values() for state in kind.states if not kind.states[state].is_secret]
    told = or_(span.state.in_(public), seen_by(me))
    found: dict[str, Firms] = defaultdict(set)
    rows: Any = read(query.where(*days, told, in_zone_then(span.from_on))).all()
    for state, firm in rows:
        found[state].add(firm)
    return found


def _stock(codes: Sequence[str], on: date) -> dict[str, Firms]:
    found: dict[str, Firms] = defaultdict(set)
    query = select(TrackSpan.figure, TrackSpan.enterprise_id).where(IN_FIGURE, TrackSpan.figure.in_(codes))
    rows: Any = read(query.where(holds(on), in_zone(on))).all()
    for figure, firm in rows:
        found[figure].add(firm)
    return found


def _paths(firms: Firms) -> dict[int, list[str]]:
    """By firm the paths of the units it belongs to: responsible, section, territory, that of its commissioner."""
    e, units = Enterprise, [aliased(Unit) for _ in range(4)]
    is_open = and_(Assignment.enterprise_id == e.id, Assignment.ended_on.is_(None))
    query = select(e.id, *(unit.path for unit in units)).outerjoin(Assignment, is_open)
    query = query.outerjoin(User, User.id == Assignment.commissioner_id)
    for unit, of in zip(units, (e.unit_id, e.section_id, e.territory_id, User.unit_id), strict=True):
        query = query.outerjoin(unit, unit.id == of)
    rows: Any = read(query.where(among(e.id, sorted(firms)))).all() if firms else ()
    return {firm: [path for path in paths if path] for firm, *paths in rows}
