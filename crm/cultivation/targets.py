"""Acts on targets: set one or set it anew with a reason, withdraw it. What stood before stays as a row of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from crm.accounts.models import Unit
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.cultivation.rules import targets as rules
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.yearly_models import Target
from crm.timeline import Actor, record


def put(
    measure: str, subject: str, *, year: int, unit: Unit, low: int, high: int, by: Actor, document_no: str = "",
    reason: str = "", replaces: int | None = None,
) -> Target:  # fmt: skip
    """A target of a year for a unit, or another one in its place: then with the reason. `replaces`: id of the one that
    was looked at, 0 for none; another one by now is told first."""
    lock(unit)
    if broken := rules.obstacles(ladder(), measure, subject, low, high, year):
        raise RuleBroken(broken)
    before = standing(measure, subject, year, unit.id)
    if before is not None and (not reason.strip() or replaces not in (None, before.id)):
        told = {"low": before.low, "high": before.high}
        raise RuleBroken(say("The target is %(low)s to %(high)s by now: say why it changes", **told), "reason")
    today = clock.today()
    if before is not None:
        lock(before)
        before.until_on = today
        db.session.flush()
    made = Target(measure=measure, subject=subject, year=year, unit_id=unit.id, low=low, high=high, from_on=today,
                  document_no=document_no, reason=reason.strip(), set_by_id=by.id, set_by_name=by.name)  # fmt: skip
    db.session.add(made)
    db.session.flush()
    was = {"low": before.low, "high": before.high} if before else None
    record(None, "target.set", by=by, subject=("target", made.id), before=was, **_told(made))
    return made


def withdraw(target: Target, *, reason: str, by: Actor) -> None:
    """The target holds no longer from today on."""
    lock(target)
    if target.until_on is not None:
        raise Stale(target)
    if not reason.strip():
        raise RuleBroken(say("Say why the target is withdrawn"), "reason")
    target.until_on = clock.today()
    db.session.flush()
    record(None, "target.withdrawn", by=by, subject=("target", target.id), **{**_told(target), "reason": reason})


def standing(measure: str, subject: str, year: int, unit_id: int) -> Target | None:
    same = (Target.measure == measure, Target.subject == subject, Target.year == year, Target.unit_id == unit_id)
    return db.session.scalar(select(Target).where(*same, Target.until_on.is_(None)))


def _told(target: Target) -> dict[str, Any]:
    names = ("measure", "year", "unit_id", "low", "high", "document_no", "reason")
    return {"what": target.subject, **{name: getattr(target, name) for name in names}}
