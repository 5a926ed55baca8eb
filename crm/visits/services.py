"""A visit is recorded once, however often its form arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.enterprises.models import Contact, Enterprise
from crm.tiers import cadence
from crm.timeline import record as write_down
from crm.visits import rules
from crm.visits.models import Visit, VisitState


def record(
    enterprise: Enterprise,
    *,
    by: User,
    kind: str,
    on: date,
    met: str,
    text: str,
    client_key: str,
    is_not_met: bool = False,
    contact: Contact | None = None,
) -> tuple[Visit, bool]:
    """Record a visit by its author; returns it and whether it is new (the key of the form may have come before).

    Raises RuleBroken for what is missing, Stale when the key belongs to another visit.
    """
    lock(enterprise)
    if (known := _known(client_key, enterprise, by)) is not None:
        return known, False
    facts: dict[str, Any] = {"kind": kind, "on": on, "met": met, "is_not_met": is_not_met, "text": text}
    if broken := rules.obstacles(today=clock.today(), **facts):
        raise RuleBroken(broken)
    counts = rules.kinds(on)[kind].counts_as_visit
    made = Visit(
        enterprise_id=enterprise.id, kind=kind, counts=counts, visited_on=on, author_id=by.id, text=text,
        contact_id=contact.id if contact else None, met="" if is_not_met else met, is_not_met=is_not_met,
        client_key=client_key,
    )  # fmt: skip
    _insert(made)
    moved_on(enterprise.id, on, counts=counts)
    cadence.refresh([enterprise.id])
    write_down(
        enterprise.id, "visit.recorded", by=by, subject=("visit", made.id), on=on.isoformat(), kind=kind, text=text
    )
    return made, True


def moved_on(enterprise_id: int, day: date, *, counts: bool) -> None:
    """Derived: the last contact and, for kinds that count, the last visit never move back by a later entry."""
    changes: dict[str, Any] = {"last_contact_on": _later(Enterprise.last_contact_on, day)}
    if counts:
        changes["last_visit_on"] = _later(Enterprise.last_visit_on, day)
    db.session.execute(
        update(Enterprise)
        .where(Enterprise.id == enterprise_id)
        .values(updated_at=Enterprise.updated_at, **changes)
        .execution_options(synchronize_session=False)
    )


def catch_up(enterprise_ids: Sequence[int]) -> None:
    """Derived, after visits came from another enterprise: the last days are at least those of its visits."""
    done = select(Visit.enterprise_id, Visit.counts, func.max(Visit.visited_on)).where(
        Visit.enterprise_id.in_(enterprise_ids), Visit.state == VisitState.DONE
    )
    for enterprise_id, counts, day in db.session.execute(done.group_by(Visit.enterprise_id, Visit.counts)).all():
        moved_on(enterprise_id, day, counts=counts)


def _later(column: Any, day: date) -> ColumnElement[Any]:
    return case((or_(column.is_(None), column < day), day), else_=column)


def _known(client_key: str, enterprise: Enterprise, by: User) -> Visit | None:
    if not 8 <= len(client_key) <= 40:
        raise RuleBroken(say("This page is damaged: open it again"))
    known = db.session.scalar(select(Visit).where(Visit.client_key == client_key))
    if known is not None and (known.author_id, known.enterprise_id) != (by.id, enterprise.id):
        raise Stale(None)
    return known


def _insert(made: Visit) -> None:
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise Stale(None) from clash
