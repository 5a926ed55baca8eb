"""What becomes of a visit that is wrong: corrected, voided, or moved to the firm it belongs to."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.enterprises.models import Contact, Enterprise, Standing
from crm.timeline import Entry, record
from crm.visits import company, derived, rules
from crm.visits.models import Visit, VisitState
from crm.visits.services import columns


def void(visit: Visit, *, reason: str, by: User) -> None:
    """It stays readable, struck through, and counts nowhere. Raises Stale when it was voided meanwhile."""
    _hold(visit)
    _needs_reason(reason)
    visit.state, visit.voided_at, visit.void_reason = VisitState.VOIDED, clock.now(), reason
    visit.version += 1
    db.session.flush()
    derived.fall_back([visit.enterprise_id])
    record(visit.enterprise_id, "visit.voided", by=by, subject=("visit", visit.id), on=_day(visit), reason=reason)


def call_off_planned(enterprise: Enterprise, *, reason: str, by: User) -> int:
    """The firm has left: nobody goes there any more. Returns how many plans ended."""
    lock(enterprise)
    ahead = select(Visit).where(Visit.enterprise_id == enterprise.id, Visit.state == VisitState.PLANNED)
    plans = db.session.scalars(ahead.order_by(Visit.id)).all()
    for plan in plans:
        void(plan, reason=reason, by=by)
    return len(plans)


def move(visit: Visit, to: Enterprise, *, reason: str, by: User) -> Enterprise:
    """To another firm; returns the one it was at. The name of whom one met stays, the contact belongs to the firm."""
    before = visit.enterprise
    for firm in sorted((before, to), key=lambda firm: firm.id):
        lock(firm)
    lock(visit)
    if visit.state == VisitState.VOIDED or visit.enterprise_id != before.id:
        raise Stale(visit)
    if to.id == before.id:
        raise RuleBroken(say("The visit is at this enterprise already"))
    if to.standing != Standing.ACTIVE:
        raise RuleBroken(say("This enterprise is no longer in the zone"))
    _needs_reason(reason)
    visit.enterprise_id, visit.contact_id, visit.version = to.id, None, visit.version + 1
    db.session.flush()
    derived.fall_back([before.id, to.id])
    told: dict[str, Any] = {"by": by, "subject": ("visit", visit.id), "on": _day(visit), "reason": reason}
    record(before.id, "visit.moved_away", other=to.name, **told)
    if not _was_told_at(to, visit):
        told["text"] = visit.text
    record(to.id, "visit.moved_here", other=before.name, **told)
    return before


def _was_told_at(firm: Enterprise, visit: Visit) -> bool:
    """Moved back: the timeline there has its words already."""
    about = (Entry.enterprise_id == firm.id, Entry.subject_kind == "visit", Entry.subject_id == visit.id)
    return db.session.scalar(select(Entry.id).where(*about).limit(1)) is not None


def correct(
    visit: Visit, *, version: int, by: User, kind: str, on: date, met: str, is_not_met: bool, text: str,
    contact: Contact | None, leaders: str, companions: str,
) -> list[str]:  # fmt: skip
    """Bring a done visit up to date; returns the fields that changed. Raises Stale when it changed since `version`."""
    _hold(visit)
    if visit.state != VisitState.DONE or visit.version != version:
        raise Stale(visit)
    facts: dict[str, Any] = {"kind": kind, "on": on, "met": met, "is_not_met": is_not_met, "text": text}
    if broken := rules.obstacles(today=clock.today(), **facts):
        raise RuleBroken(broken)
    values = columns(**facts, contact=contact)
    changes = {key: [_plain(getattr(visit, key)), _plain(value)] for key, value in values.items()
               if getattr(visit, key) != value}  # fmt: skip
    for key in changes:
        setattr(visit, key, values[key])
    company.set_company(visit, leaders=leaders, companions=companions)
    visit.version += 1
    db.session.flush()
    derived.fall_back([visit.enterprise_id])
    shown = {key: pair for key, pair in changes.items() if key not in ("counts", "contact_id", "is_not_met")}
    record(visit.enterprise_id, "visit.edited", by=by, subject=("visit", visit.id), on=_day(visit), changes=shown)
    return list(changes)


def _hold(visit: Visit) -> None:
    lock(visit.enterprise)
    lock(visit)
    if visit.state == VisitState.VOIDED:
        raise Stale(visit)


def _needs_reason(reason: str) -> None:
    if not reason:
        raise RuleBroken(say("Write why"), "reason")


def _day(visit: Visit) -> str:
    return visit.visited_on.isoformat()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
