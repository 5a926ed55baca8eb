"""Business acts on the unit tree: add, edit, move with everything below, close, open again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, literal, select, update

from crm.accounts import queries, ties
from crm.accounts.models import Unit, UnitKind, User
from crm.accounts.rules import UnitFacts, close_obstacles, move_obstacles
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import say
from crm.timeline import Actor, record


def add_unit(
    *, name: str, kind: UnitKind, parent: Unit | None, by: Actor, sort: int = 0, is_offline: bool = False
) -> Unit:
    """Add a unit below another (the root has none); its path is set here."""
    if parent is not None:
        lock(queries.root())
        _refuse([*move_obstacles(UnitFacts(name, "/0/", False), facts(parent)), *_name_taken(name, parent)])
    unit = Unit(name=name, kind=kind, parent_id=parent.id if parent else None, sort=sort, is_offline=is_offline)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    db.session.flush()
    record(None, "unit.added", by=by, subject=("unit", unit.id), name=name, kind=str(kind))
    return unit


def edit_unit(unit: Unit, *, version: int, by: Actor, parent: Unit | None, **fields: Any) -> None:
    """Change a unit (`name`, `kind`, `is_offline`, `sort`) and perhaps what it stands below.

    Raises Stale when somebody else edited it since `version`, RuleBroken when the tree or a name forbids it.
    """
    lock(queries.root())
    lock(unit)
    if unit.version != version:
        raise Stale(unit)
    taken = _name_taken(str(fields["name"]), parent, but=unit)
    _refuse([*move_obstacles(facts(unit), facts(parent) if parent else None), *taken])
    if unit.kind == UnitKind.ROOT:
        fields["kind"] = UnitKind.ROOT
    before = {key: getattr(unit, key) for key in fields}
    changed = {key: [str(before[key]), str(value)] for key, value in fields.items() if before[key] != value}
    for key, value in fields.items():
        setattr(unit, key, value)
    unit.version += 1
    db.session.flush()
    if parent is not None and parent.id != unit.parent_id:
        changed["parent"] = [unit.parent.name if unit.parent else "", parent.name]
        _move(unit, parent)
    record(None, "unit.edited", by=by, subject=("unit", unit.id), name=unit.name, changed=changed)


def close_unit(unit: Unit, *, by: Actor) -> None:
    """Nobody can be added to it any more; what it has done stays."""
    lock(queries.root())
    lock(unit)
    below = select(Unit.name).where(Unit.parent_id == unit.id, Unit.closed_on.is_(None)).order_by(Unit.sort, Unit.id)
    people = select(func.count()).select_from(User).where(User.unit_id == unit.id, User.active.is_(True))
    found = close_obstacles(facts(unit), open_below=db.session.scalars(below), people=db.session.scalar(people) or 0)
    _refuse([*found, *ties.obstacles_of_unit(unit)])
    unit.closed_on = clock.today()
    unit.version += 1
    db.session.flush()
    record(None, "unit.closed", by=by, subject=("unit", unit.id), name=unit.name)


def reopen_unit(unit: Unit, *, by: Actor) -> None:
    lock(unit)
    if unit.parent is not None and unit.parent.closed_on:
        raise RuleBroken(say("%(name)s is closed", name=unit.parent.name))
    unit.closed_on = None
    unit.version += 1
    db.session.flush()
    record(None, "unit.reopened", by=by, subject=("unit", unit.id), name=unit.name)


def facts(unit: Unit) -> UnitFacts:
    return UnitFacts(unit.name, unit.path, unit.kind == UnitKind.ROOT, unit.closed_on is not None)


def _move(unit: Unit, parent: Unit) -> None:
    """Hang the unit below another: the paths of everything in it are rewritten in one statement."""
    old, new = unit.path, f"{parent.path}{unit.id}/"
    unit.parent_id = parent.id
    db.session.flush()
    db.session.execute(
        update(Unit)
        .where(Unit.path.startswith(old, autoescape=True))
        .values(path=literal(new) + func.substr(Unit.path, len(old) + 1), updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    for known in list(db.session):
        if isinstance(known, Unit):
            db.session.expire(known)


def _name_taken(name: str, parent: Unit | None, *, but: Unit | None = None) -> list[Obstacle]:
    if parent is None:
        return []
    twin = select(Unit.id).where(Unit.parent_id == parent.id, Unit.name == name, Unit.id != (but.id if but else 0))
    if db.session.scalar(twin) is None:
        return []
    return [Obstacle("name", say("%(parent)s has a unit of this name already", parent=parent.name))]


def _refuse(found: list[Obstacle]) -> None:
    if found:
        raise RuleBroken(found)
