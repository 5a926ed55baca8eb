"""A promise is made, kept, put off or handed back. Each act locks the enterprise, then the promise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, insert_row, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.types import Id
from crm.core.words import say
from crm.enterprises import derived
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import commissioner_of, may
from crm.followups import queries, rules
from crm.followups.models import Followup, FollowupMove, FollowupState
from crm.permissions import Permission
from crm.timeline import Actor, record
from crm.workdays.queries import calendar


def add(
    enterprise: Enterprise,
    *,
    owner: User,
    text: str,
    due_on: date,
    by: Actor,
    kind: str = "followup",
    origin: tuple[str, int] | None = None,
    at: time | None = None,
) -> Followup:
    """Promise something for a day; a rest day becomes the next working day. `origin` names what it came from; with a
    time of day (`at`) it is told by a mail of its own two hours before."""
    lock(enterprise)
    if enterprise.standing != Standing.ACTIVE:
        raise RuleBroken(say("The enterprise is no longer in the zone: nothing can be promised there"), "followup_on")
    if broken := rules.new_obstacles(text=text, due_on=due_on, today=clock.today()):
        raise RuleBroken(broken)
    made = insert_row(
        Followup, enterprise_id=enterprise.id, owner_id=owner.id, kind=kind, text=text,
        due_on=calendar().roll(due_on).on, due_time=at,
        origin_kind=origin[0] if origin else "", origin_id=origin[1] if origin else None, by_id=by.id,
    )  # fmt: skip
    recount(enterprise.id)
    tell(made, "added", by, text=text, due_on=made.due_on.isoformat(), owner=owner.name)
    return made


def finish(followup: Followup, *, by: User, result: str = "") -> None:
    """Kept. Raises Stale when somebody has settled it meanwhile."""
    _hold(followup)
    _close(followup, FollowupState.DONE, by, result)
    tell(followup, "done", by, result=result)


def postpone(followup: Followup, *, to_on: date, reason: str, by: User, at: time | None = None) -> None:
    """A new day (and time, if any) with its reason, rolled to a working day; after three times only by a manager."""
    _hold(followup)
    facts: dict[str, Any] = {
        "to_on": to_on,
        "due_on": followup.due_on,
        "reason": reason,
        "postponed": followup.postponed,
        "by_manager": followup.postponed >= rules.TIMES_LATER and may(by, Permission.ASSIGN, followup.enterprise),
    }
    if broken := rules.postpone_obstacles(today=clock.today(), **facts):
        raise RuleBroken(broken)
    before, followup.due_on, followup.due_time = followup.due_on, calendar().roll(to_on).on, at
    followup.postponed, followup.version = followup.postponed + 1, followup.version + 1
    _moved(followup, by, reason, from_on=before, to_on=followup.due_on)
    tell(followup, "postponed", by, due_on=followup.due_on.isoformat(), before=before.isoformat(), reason=reason)


def move_day(followup: Followup, to_on: date, *, reason: str, by: Actor) -> None:
    """Another day because the calendar changed: no fault of the owner's, so it does not count as put off."""
    before, followup.due_on = followup.due_on, to_on
    followup.version += 1
    _moved(followup, by, reason, from_on=before, to_on=to_on)
    tell(followup, "moved", by, due_on=to_on.isoformat(), before=before.isoformat())


def hand_back(followup: Followup, *, reason: str, by: User) -> None:
    """Not mine: to the commissioner of the firm, else to the manager's list of promises without an owner."""
    _hold(followup)
    if not reason:
        raise RuleBroken(say("Write why it is not yours"), "reason")
    serving = commissioner_of(followup.enterprise_id)
    to = serving.commissioner if serving and serving.commissioner_id != followup.owner_id else None
    before, followup.owner_id = followup.owner_id, to.id if to else None
    followup.version += 1
    _moved(followup, by, reason, from_owner_id=before, to_owner_id=followup.owner_id)
    tell(followup, "passed_on", by, to=to.name if to else "", reason=reason)


def give(followup: Followup, to: User, *, version: int, reason: str, by: User) -> None:
    """A manager or clerk of the firm names who does it; the new owner is told like any other."""
    _hold(followup)
    if followup.version != version:
        raise RuleBroken(say("It changed since you opened it: look who has it now, then choose again"))
    if not to.active:
        raise RuleBroken(say("This person has no duty here any more"), "owner")
    if to.id == followup.owner_id:
        raise RuleBroken(say("It is with this person already"), "owner")
    before, followup.owner_id = followup.owner_id, to.id
    followup.version += 1
    _moved(followup, by, reason, from_owner_id=before, to_owner_id=to.id)
    tell(followup, "passed_on", by, to=to.name, reason=reason)


def cancel(followup: Followup, *, reason: str, by: Actor) -> None:
    """It is not to be done any more: what it was promised on was void."""
    _hold(followup)
    _close(followup, FollowupState.CANCELLED, by, reason)
    tell(followup, "cancelled", by, reason=reason)


def cancel_open(enterprise: Enterprise, *, reason: str, by: Actor) -> int:
    """The firm has left: everything open at it ends with that reason; returns how many."""
    lock(enterprise)
    ended = select(Followup).where(Followup.enterprise_id == enterprise.id, queries.OPEN).order_by(Followup.id)
    found = db.session.scalars(ended).all()
    for followup in found:
        _close(followup, FollowupState.CANCELLED, by, reason)
        tell(followup, "cancelled", by, reason=reason)
    return len(found)


def recount_each(enterprise_ids: Sequence[int]) -> None:
    for enterprise_id in enterprise_ids:
        recount(enterprise_id)


def recount(enterprise_id: int) -> None:
    """Derived: how many promises are open at the firm."""
    derived.write(enterprise_id, _counted())


@cache
def _counted() -> derived.Columns:
    return derived.Columns(open_followups=queries.open_count(bindparam("row_id", type_=Id)).scalar_subquery()).kept()


def _hold(followup: Followup) -> None:
    lock(followup.enterprise)
    lock(followup)
    if followup.state != FollowupState.OPEN:
        raise Stale(followup)


def _close(followup: Followup, state: FollowupState, by: Actor, result: str) -> None:
    closed = {"state": state, "result": result, "closed_at": clock.now(), "closed_by_id": by.id}
    for name, value in {**closed, "version": followup.version + 1}.items():
        setattr(followup, name, value)
    db.session.flush()
    recount(followup.enterprise_id)


def _moved(followup: Followup, by: Actor, reason: str, **change: Any) -> None:
    db.session.flush()
    row = {"followup_id": followup.id, "at": clock.now(), "reason": reason, "by_id": by.id, **change}
    db.session.execute(insert(FollowupMove), [row])


def tell(followup: Followup, what: str, by: Actor, **body: Any) -> None:
    record(followup.enterprise_id, f"followup.{what}", by=by, subject=("followup", followup.id), **body)
