"""Setting tier and titles by hand, as dated rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken
from crm.core.words import say
from crm.enterprises.merge_periods import join_periods
from crm.enterprises.merge_trace import Trace
from crm.enterprises.models import Enterprise
from crm.tiers import cadence, rules
from crm.tiers.models import TierPeriod, TitleHeld
from crm.tiers.queries import open_tier, tier_until
from crm.timeline import Actor, record


def set_tier(
    enterprise: Enterprise, tier: str | None, *, by: Actor, on: date | None = None, source: str = "hand", note: str = ""
) -> bool:
    """End the present tier on a day (default today) and begin another; None takes the tier away.

    On the day the present one began this is a correction: it takes that row's place, and what was before it runs on if
    it was the same. The record keeps both. Returns whether anything changed. Raises RuleBroken for an unknown tier or a
    day before the present one began.
    """
    lock(enterprise)
    day, current = on or clock.today(), open_tier(enterprise.id)
    if enterprise.tier == tier:
        return False
    if broken := _tier_obstacles(tier, day, current):
        raise RuleBroken(broken)
    _take_up(enterprise.id, current, tier, day, source)
    before, enterprise.tier = enterprise.tier, tier
    enterprise.version += 1
    db.session.flush()
    cadence.refresh([enterprise.id])
    record(enterprise.id, "tier.set", by=by, before=before, tier=tier, on=day.isoformat(), note=note, source=source)
    return True


def _take_up(enterprise_id: int, current: TierPeriod | None, tier: str | None, day: date, source: str) -> None:
    """The rows from this day on: a row that began on it gives way, one that ended on it with this tier runs on."""
    if current is not None and current.from_on == day:
        db.session.delete(current)
    elif current is not None:
        current.until_on = day
    db.session.flush()
    earlier = tier_until(enterprise_id, day)
    if earlier is not None and earlier.tier == tier:
        earlier.until_on = None
    elif tier is not None:
        db.session.add(TierPeriod(enterprise_id=enterprise_id, tier=tier, from_on=day, source=source))


def _tier_obstacles(tier: str | None, day: date, current: TierPeriod | None) -> list[Obstacle]:
    found = []
    if tier is not None and tier not in rules.tiers(clock.today()):
        found.append(Obstacle("tier", say("There is no such tier")))
    if day > clock.today():
        found.append(Obstacle("on", say("The day lies in the future")))
    if current is not None and day < current.from_on:
        found.append(
            Obstacle("on", say("The day lies before %(day)s, when the present tier began", day=current.from_on))
        )
    return found


def give_title(
    enterprise: Enterprise,
    title: str,
    *,
    by: Actor,
    from_on: date | None,
    until_on: date | None,
    certificate_no: str = "",
) -> TitleHeld:
    """Add a title. Raises RuleBroken when the firm holds it already, or its days are the wrong way round."""
    lock(enterprise)
    held = select(TitleHeld.id).where(
        TitleHeld.enterprise_id == enterprise.id, TitleHeld.title == title, TitleHeld.removed_on.is_(None)
    )
    if db.session.scalar(held) is not None:
        raise RuleBroken(say("The firm has this title already: change that entry"), "title")
    _check_days(from_on, until_on)
    made = TitleHeld(
        enterprise_id=enterprise.id, title=title, from_on=from_on, until_on=until_on, certificate_no=certificate_no
    )
    db.session.add(made)
    db.session.flush()
    record(enterprise.id, "title.given", by=by, subject=("title_held", made.id), title=title, **_days(made))
    return made


def change_title(
    row: TitleHeld, *, by: Actor, from_on: date | None, until_on: date | None, certificate_no: str
) -> None:
    _check_days(from_on, until_on)
    row.from_on, row.until_on, row.certificate_no = from_on, until_on, certificate_no
    db.session.flush()
    record(row.enterprise_id, "title.changed", by=by, subject=("title_held", row.id), title=row.title, **_days(row))


def remove_title(row: TitleHeld, *, by: Actor) -> None:
    """Take a title away that was entered by mistake or withdrawn; the row stays, marked."""
    row.removed_on = clock.today()
    db.session.flush()
    record(row.enterprise_id, "title.removed", by=by, subject=("title_held", row.id), title=row.title)


def restore_title(row: TitleHeld, *, by: Actor) -> None:
    row.removed_on = None
    db.session.flush()
    record(row.enterprise_id, "title.given", by=by, subject=("title_held", row.id), title=row.title, **_days(row))


def _check_days(from_on: date | None, until_on: date | None) -> None:
    if from_on and until_on and until_on < from_on:
        raise RuleBroken(say("The last day must come after the first"), "until_on")


def _days(row: TitleHeld) -> dict[str, Any]:
    return {
        "from_on": row.from_on.isoformat() if row.from_on else None,
        "until_on": row.until_on.isoformat() if row.until_on else None,
    }


def make_room(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    """Before two entries are merged: one tier a day, each title once."""
    join_periods(trace, TierPeriod, kept, gone, {})
    held = select(TitleHeld).where(TitleHeld.removed_on.is_(None))
    mine = {row.title for row in db.session.scalars(held.where(TitleHeld.enterprise_id == kept.id))}
    for row in db.session.scalars(held.where(TitleHeld.enterprise_id == gone.id)).all():
        if row.title in mine:
            trace.change(TitleHeld, row, {"removed_on": clock.today()})
