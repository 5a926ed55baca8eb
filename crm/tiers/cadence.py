"""When the next visit is due: the tier's interval from the last visit; a derived day, written by Core UPDATE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, null, select, update

from crm.core import clock
from crm.core.among import among
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.models import Setting
from crm.core.months import months_later
from crm.enterprises import derived
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.serving_models import Assignment
from crm.tiers import rules

AT_ONCE = 500


def due_on(
    every_months: int | None, last_visit: date | None, served_since: date | None, go_live: date | None
) -> date | None:
    """Last visit plus the interval; a firm never visited counts from the start of its assignment or of real use.

    None where the tier has no interval or nobody serves the firm.
    """
    if every_months is None or served_since is None:
        return None
    begin = last_visit or max(served_since, go_live or served_since)
    return months_later(begin, every_months)


def refresh(enterprise_ids: Sequence[int]) -> None:
    """Compute the due day of these enterprises anew; called by whoever changed tier, visits or assignment, and so holds
    the enterprise."""
    for start in range(0, len(enterprise_ids), AT_ONCE):
        _write(_wrong(among(Enterprise.id, enterprise_ids[start : start + AT_ONCE])))


def after_visit(enterprise: Enterprise, last_visit: date) -> date | None:
    """The due day of an enterprise that the act holds, once its last visit is known and `if_served`."""
    tier = rules.tiers(clock.today()).get(enterprise.tier or "") if enterprise.standing == Standing.ACTIVE else None
    return months_later(last_visit, tier.visit_every_months) if tier and tier.visit_every_months else None


def if_served(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """This day where somebody serves the enterprise, for the UPDATE that writes the last visit."""
    served = exists().where(Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None))
    return case((served.correlate(Enterprise), day), else_=null())


def wrong() -> list[int]:
    """The enterprises whose due day is not what it must be; the rules or the first day of use may have changed."""
    return [change["row_id"] for change in _wrong()]


def nightly() -> str:
    """Editions of the rules begin on a day and the bureau may set another first day: compute all due days anew."""
    return f"{mend()} due days moved"


def mend() -> int:
    """Compute every wrong due day anew, in acts of its own; returns how many were.

    A day computed from what was read without a lock would undo what another act changes meanwhile. So enterprises are
    held first and read again; those that another act holds come last, one by one: whoever waits holds nothing.
    """
    ids, moved, left = wrong(), 0, set[int]()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with writing():
            held = _held(some, skip_locked=True)
            moved += _again(held)
        left |= set(some) - set(held)
    for each in sorted(left):
        with writing():
            moved += _again(_held([each]))
    return moved


def _held(ids: Sequence[int], *, skip_locked: bool = False) -> Sequence[int]:
    chosen = select(Enterprise.id).where(among(Enterprise.id, ids)).order_by(Enterprise.id)
    return db.session.scalars(chosen.with_for_update(skip_locked=skip_locked)).all()


def _again(ids: Sequence[int]) -> int:
    _write(changes := _wrong(among(Enterprise.id, ids)))
    return len(changes)


def _wrong(*which: Any) -> list[dict[str, Any]]:
    known, begun, found = rules.tiers(clock.today()), go_live(), []
    for row in db.session.execute(_facts().where(*which)):
        tier = known.get(row.tier or "") if row.standing == Standing.ACTIVE else None
        due = due_on(tier.visit_every_months if tier else None, row.last_visit_on, row.started_on, begun)
        if due != row.next_visit_due_on:
            found.append({"row_id": row.id, "due": due})
    return found


def _write(changes: list[dict[str, Any]]) -> None:
    table: Any = Enterprise.__table__
    if changes:
        values = {"next_visit_due_on": bindparam("due"), "updated_at": table.c.updated_at}
        statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
        db.session.connection().execute(statement, changes)
        derived.forget([change["row_id"] for change in changes], ["next_visit_due_on"])


def _facts() -> Any:
    e = Enterprise
    columns = (e.id, e.tier, e.standing, e.last_visit_on, e.next_visit_due_on, Assignment.started_on)
    served = (Assignment.enterprise_id == e.id) & Assignment.ended_on.is_(None)
    return select(*columns).outerjoin(Assignment, served)


@dataclass(frozen=True)
class Silence:
    """The longest silence by unit, in days: a unit's own, else that of the unit above, else the common one."""

    common: int
    own: dict[int, int]

    @property
    def shortest(self) -> int:
        return min([self.common, *self.own.values()])

    def days(self, path: str) -> int:
        """`path` is the unit's own, "/1/4/9/"."""
        units = (int(part) for part in reversed(path.strip("/").split("/")))
        return next((self.own[unit] for unit in units if unit in self.own), self.common)


def silence(today: date) -> Silence:
    """What the bureau and its units set, on the ground of the rules in force."""
    rows = db.session.execute(
        select(Setting.unit_id, Setting.value)
        .where(Setting.key == "silence_days", Setting.since <= today)
        .order_by(Setting.since, Setting.id)
    )
    own = {unit: int(value) for unit, value in rows}
    return Silence(own.pop(0, rules.silent_after(today)), own)


def go_live() -> date | None:
    """The first day of real use; None before the first roster was imported."""
    text = str(bureau("go_live_on") or "")
    return date.fromisoformat(text) if text else None
