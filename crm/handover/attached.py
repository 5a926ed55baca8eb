"""Who stands behind a commissioner: the liaison leader (联系领导) and the responsible section (责任科室), by day."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from sqlalchemy import select

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import Say, say
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Liaison, Responsibility
from crm.timeline import Actor, record

Period = Liaison | Responsibility
P = TypeVar("P", Liaison, Responsibility)


def set_leader(
    enterprise: Enterprise, to: User | None, *, replaces: int, by: Actor, on: date, document_no: str = ""
) -> None:
    """From a day on this leader, or nobody. `replaces` is the id of the row the decision was made on, 0 for none.

    Raises Stale when another row is open by now, RuleBroken for a day that cannot be or a leader who is gone.
    """
    lock(enterprise)
    current, broken = _present(Liaison, enterprise, replaces), _day_obstacles(Liaison, enterprise, on)
    if to is not None and not to.active:
        broken.append(Obstacle("to", say("%(name)s has been deactivated", name=to.name)))
    if (current.leader_id if current else None) == (to.id if to else None):
        broken.append(Obstacle("to", _unchanged()))
    if broken:
        raise RuleBroken(broken)
    before = current.leader.name if current else ""
    _end(current, on)
    if to is not None:
        db.session.add(Liaison(enterprise_id=enterprise.id, leader_id=to.id, from_on=on, document_no=document_no))
        db.session.flush()
    _tell(enterprise, "liaison", by=by, before=before, to=to.name if to else "", on=on, document_no=document_no)


def set_section(enterprise: Enterprise, to: Unit | None, *, replaces: int, by: Actor, on: date) -> None:
    """From a day on this section answers for the enterprise, or none; raises as `set_leader` does."""
    lock(enterprise)
    current, broken = _present(Responsibility, enterprise, replaces), _day_obstacles(Responsibility, enterprise, on)
    if to is not None and to.closed_on is not None:
        broken.append(Obstacle("to", say("%(name)s is closed", name=to.name)))
    if enterprise.section_id == (to.id if to else None):
        broken.append(Obstacle("to", _unchanged()))
    if broken:
        raise RuleBroken(broken)
    before = enterprise.section.name if enterprise.section else ""
    _end(current, on)
    if to is not None:
        db.session.add(Responsibility(enterprise_id=enterprise.id, section_id=to.id, from_on=on))
    enterprise.section_id = to.id if to else None
    enterprise.version += 1
    db.session.flush()
    _tell(enterprise, "section", by=by, before=before, to=to.name if to else "", on=on)


def open_row(model: type[P], enterprise_id: int) -> P | None:
    return db.session.scalar(select(model).where(model.enterprise_id == enterprise_id, model.until_on.is_(None)))


def _present(model: type[P], enterprise: Enterprise, replaces: int) -> P | None:
    current = open_row(model, enterprise.id)
    if (current.id if current else 0) != replaces:
        raise Stale(current)
    return current


def _day_obstacles(model: type[P], enterprise: Enterprise, on: date) -> list[Obstacle]:
    """The day is not to come, and nobody else's time begins or ends after it."""
    found = []
    if on > clock.today():
        found.append(Obstacle("on", say("The day lies in the future")))
    known: list[P] = list(db.session.scalars(select(model).where(model.enterprise_id == enterprise.id)))
    earliest = max((row.until_on or row.from_on for row in known), default=on)
    if on < earliest:
        found.append(Obstacle("on", say("The day must not lie before %(day)s, which is settled already", day=earliest)))
    return found


def _end(current: Period | None, on: date) -> None:
    if current is not None:
        current.until_on = on
        db.session.flush()


def _unchanged() -> Say:
    return say("This is what stands there now")


def _tell(
    enterprise: Enterprise, kind: str, *, by: Actor, before: str, to: str, on: date, document_no: str = ""
) -> None:
    what = f"{kind}.set" if to else f"{kind}.ended"
    record(enterprise.id, what, by=by, before=before, to=to, on=on.isoformat(), document_no=document_no)
