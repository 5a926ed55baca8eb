"""A visit is recorded once, however often its form arrives; a planned one becomes the visit it was planned for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Select, and_, bindparam, insert, or_, select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, insert_row, lock, read
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.enterprises.models import Contact, Enterprise, Standing
from crm.timeline import record as write_down
from crm.visits import company, rules
from crm.visits.derived import recorded
from crm.visits.models import Visit, VisitPolicy, VisitState


@dataclass(frozen=True)
class More:
    """What few visits have: an author other than who types (代录), company, policies told, a group, an earlier plan."""

    author: User | None = None
    leaders: str = ""
    companions: str = ""
    policies: Sequence[int] = ()
    group_key: str | None = None
    no_followup: bool = False
    planned: Visit | None = None
    source: str = "hand"


NOTHING_MORE = More()
NOT_DONE = (VisitState.PLANNED, VisitState.VOIDED)
SAME_WITHIN = timedelta(hours=1)
"""So soon after, the same words of a visit are its form sent again (the browser's Back), not a second visit."""


def record(
    enterprise: Enterprise, *, by: User, kind: str, on: date, met: str, text: str, client_key: str,
    is_not_met: bool = False, contact: Contact | None = None, more: More = NOTHING_MORE,
) -> tuple[Visit, bool]:  # fmt: skip
    """Record a visit by its author; returns it and whether it is new (the key of the form may have come before).

    Raises RuleBroken for what is missing, Stale when the key belongs to another visit.
    """
    lock(enterprise)
    if enterprise.standing == Standing.MERGED:
        raise Stale(enterprise)
    author = more.author or by
    facts: dict[str, Any] = {"kind": kind, "on": on, "met": met, "is_not_met": is_not_met, "text": text}
    may_come_again = more.source == "hand" and more.planned is None
    if (known := _known(client_key, enterprise, author, facts if may_come_again else None)) is not None:
        return known, False
    if broken := rules.obstacles(today=clock.today(), **facts):
        raise RuleBroken(broken)
    made = _written(enterprise, columns(**facts, contact=contact) | _whose(author, by, client_key), more)
    recorded(enterprise, on, counts=made.counts)
    _told(made, "recorded", by, text=text, author=author)
    return made, True


def columns(*, kind: str, on: date, met: str, is_not_met: bool, text: str, contact: Contact | None) -> dict[str, Any]:
    """What was typed as the columns of a visit."""
    return {
        "kind": kind, "counts": rules.kinds(on)[kind].counts_as_visit, "visited_on": on, "text": text,
        "contact_id": contact.id if contact else None, "met": "" if is_not_met else met, "is_not_met": is_not_met,
    }  # fmt: skip


def _whose(author: User, by: User, client_key: str) -> dict[str, Any]:
    typist = by.id if by.id != author.id else None
    return {"client_key": client_key, "author_id": author.id, "entered_by_id": typist}


def _written(enterprise: Enterprise, values: dict[str, Any], more: More) -> Visit:
    """The row with who came along and what was told."""
    values |= {"group_key": more.group_key, "no_followup": more.no_followup, "source": more.source}
    made = _from_plan(more.planned, enterprise, values) if more.planned else _insert(enterprise, values)
    _around(made, more)
    return made


def plan(
    enterprise: Enterprise, *, by: User, kind: str, on: date, at: time | None, note: str, client_key: str,
    author: User | None = None,
) -> tuple[Visit, bool]:  # fmt: skip
    """Plan a visit; its author records it later from this row. Returns it and whether it is new."""
    lock(enterprise)
    author = author or by
    if (known := _known(client_key, enterprise, author)) is not None:
        return known, False
    if broken := rules.plan_obstacles(kind=kind, on=on, today=clock.today()):
        raise RuleBroken(broken)
    counts = rules.kinds(clock.today())[kind].counts_as_visit
    values = {
        "kind": kind, "counts": counts, "visited_on": on, "at_time": at, "text": note,
        "state": VisitState.PLANNED, **_whose(author, by, client_key),
    }  # fmt: skip
    made = _insert(enterprise, values)
    _told(made, "planned", by, text=note, author=author)
    return made, True


def _has_begun(planned: Visit, on: date) -> bool:
    """Was it on the planned day, and is the planned time over? Else nobody knows at what time it was."""
    at = planned.at_time
    return at is not None and on == planned.visited_on and clock.at(on, at.hour, at.minute) <= clock.now()


def _from_plan(planned: Visit, enterprise: Enterprise, values: dict[str, Any]) -> Visit:
    lock(planned)
    if planned.state != VisitState.PLANNED or planned.enterprise_id != enterprise.id:
        raise Stale(planned)
    began = planned.at_time if _has_begun(planned, values["visited_on"]) else None
    values |= {"state": VisitState.DONE, "version": planned.version + 1, "created_at": clock.now(), "at_time": began}
    for name, value in values.items():
        setattr(planned, name, value)
    db.session.flush()
    return planned


def _around(made: Visit, more: More) -> None:
    """Who came along and which policies were told."""
    name = company.set_company if more.planned else company.came_along
    name(made, leaders=more.leaders, companions=more.companions)
    if more.policies:
        rows = [{"visit_id": made.id, "policy_id": policy} for policy in dict.fromkeys(more.policies)]
        db.session.execute(insert(VisitPolicy), rows)


def _told(made: Visit, what: str, by: User, **body: Any) -> None:
    author: User | None = body.pop("author", None)
    if author is not None and author.id != by.id:
        body["on_behalf_of"] = author.name
    write_down(
        made.enterprise_id, f"visit.{what}", by=by, subject=("visit", made.id), on=made.visited_on.isoformat(),
        kind=made.kind, **body,
    )  # fmt: skip


def _known(client_key: str, enterprise: Enterprise, author: User, said: dict[str, Any] | None = None) -> Visit | None:
    """The visit saved under this key, else one just saved with what is `said`; one statement asks for both."""
    if not 8 <= len(client_key) <= 40:
        raise RuleBroken(say("This page is damaged: open it again"))
    values: dict[str, Any] = {"key": client_key}
    if said is not None:
        values |= {**said, "author": author.id, "firm": enterprise.id, "since": clock.now() - SAME_WITHIN}
    found = read(_saved(with_same=said is not None), values).all()
    known = next((row for row in found if row.client_key == client_key), None)
    if known is not None and (known.author_id, known.enterprise_id) != (author.id, enterprise.id):
        raise Stale(None)
    saved = known or next(iter(found), None)
    return None if saved is None else db.session.get_one(Visit, saved.id)


@cache
def _saved(*, with_same: bool) -> Select[*tuple[Any, ...]]:
    """By its key; `with_same` also those of the last hour with these very words: a form sent again under a new key."""
    v, is_not_met = Visit, bindparam("is_not_met", type_=Boolean())
    asked = v.client_key == bindparam("key")
    if with_same:
        # the few visits of the firm are looked through, not the many of a day: written so that no other index fits
        whose = (v.enterprise_id == bindparam("firm"), v.author_id + 0 == bindparam("author"))
        said = (v.kind == bindparam("kind"), v.visited_on == bindparam("on"), v.text == bindparam("text"))
        met = (v.is_not_met == is_not_met, or_(v.is_not_met, v.met == bindparam("met")))
        lately = (v.state.not_in(NOT_DONE), v.created_at > bindparam("since"))
        asked = or_(asked, and_(*whose, *said, *met, *lately))
    return select(v.id, v.client_key, v.author_id, v.enterprise_id).where(asked).order_by(v.id)


def _insert(enterprise: Enterprise, values: dict[str, Any]) -> Visit:
    try:
        return insert_row(Visit, enterprise_id=enterprise.id, **values)
    except IntegrityError as clash:
        raise Stale(None) from clash
