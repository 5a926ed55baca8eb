"""Deputies (A/B 角): who acts for an official, for one enterprise or for all of his."""

from __future__ import annotations

from datetime import date

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import StandIn
from crm.timeline import Actor, record


def stand_in(
    official: User,
    deputy: User,
    *,
    by: Actor,
    enterprise: Enterprise | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    reason: str = "",
) -> StandIn:
    """Name a deputy from a day (default today) until a day (open when None)."""
    start = from_on or clock.today()
    broken = []
    if official.id == deputy.id:
        broken.append(Obstacle("deputy", say("Nobody stands in for himself")))
    if not deputy.active:
        broken.append(Obstacle("deputy", say("%(name)s has been deactivated", name=deputy.name)))
    if until_on is not None and until_on <= start:
        broken.append(Obstacle("until_on", say("The last day must come after the first")))
    if broken:
        raise RuleBroken(broken)
    made = StandIn(
        official_id=official.id,
        deputy_id=deputy.id,
        enterprise_id=enterprise.id if enterprise else None,
        from_on=start,
        until_on=until_on,
        reason=reason,
    )
    db.session.add(made)
    db.session.flush()
    record(
        enterprise.id if enterprise else None,
        "standin.named",
        by=by,
        subject=("standin", made.id),
        official=official.name,
        deputy=deputy.name,
        from_on=start.isoformat(),
        until_on=until_on and until_on.isoformat(),
    )
    return made


def end(row: StandIn, *, by: Actor) -> None:
    """End a deputy's duty today; one that has not begun ends on its first day and never counts."""
    lock(row)
    row.until_on = max(clock.today(), row.from_on)
    db.session.flush()
    record(
        row.enterprise_id,
        "standin.ended",
        by=by,
        subject=("standin", row.id),
        official=row.official.name,
        deputy=row.deputy.name,
    )
