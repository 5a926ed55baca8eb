"""One commissioner for many enterprises in one act, decided on what the page showed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from crm.accounts.models import User
from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.enterprises import assignment
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.handover import services
from crm.handover.forms import HandOverForm


@dataclass(frozen=True)
class Change:
    """One enterprise of the plan: who serves it now (None: nobody) and by which assignment."""

    enterprise: Enterprise
    now: User | None
    replaces: int


def plan(enterprises: list[Enterprise]) -> list[Change]:
    ids = [e.id for e in enterprises]
    query = select(Assignment.enterprise_id, Assignment.id, User).join(User, User.id == Assignment.commissioner_id)
    rows = db.session.execute(query.where(Assignment.enterprise_id.in_(ids), Assignment.ended_on.is_(None)))
    known = {enterprise_id: (assignment_id, user) for enterprise_id, assignment_id, user in rows}
    return [Change(e, *_now(known.get(e.id))) for e in enterprises]


def _now(found: tuple[int, User] | None) -> tuple[User | None, int]:
    return (found[1], found[0]) if found else (None, 0)


def stamp(changes: list[Change]) -> str:
    """What the form carries: the assignments the decision was made on."""
    return ",".join(f"{c.enterprise.id}:{c.replaces}" for c in changes)


def carry_out(enterprises: list[Enterprise], to: User, *, form: HandOverForm, by: User) -> int:
    """All or nothing, how many got another commissioner; RuleBroken for one that changed since the page was shown."""
    seen = dict(part.split(":") for part in (form.replaces.data or "").split(",") if ":" in part)
    services.lock_firms(*(e.id for e in enterprises))
    services.lock_people(to.id)
    changes = plan(enterprises)
    for change in changes:
        if seen.get(str(change.enterprise.id)) != str(change.replaces):
            raise RuleBroken(
                say(
                    "%(name)s has got another commissioner meanwhile: look at the list again",
                    name=change.enterprise.called,
                )
            )
    moving = [change for change in changes if change.now is None or change.now.id != to.id]
    _refuse_too_many(to, len(moving), form)
    for change in moving:
        _carry_out_one(change, to, form, by)
    return len(moving)


def _refuse_too_many(to: User, more: int, form: HandOverForm) -> None:
    """The limit is looked at once, for what the person would serve in the end."""
    limit, n = bureau("load_limit", unit_id=to.unit_id), assignment.load_of(to) + more
    if n > limit and more and not form.reason:
        raise RuleBroken(
            say(
                "%(name)s would serve %(n)s enterprises, the limit is %(limit)s: a manager may give a reason",
                name=to.name,
                n=n,
                limit=limit,
            ),
            "to",
        )


def _carry_out_one(change: Change, to: User, form: HandOverForm, by: User) -> None:
    number, reason = form.document_no.data or "", form.reason
    if change.now is None:
        assignment.assign(change.enterprise, to, by=by, on=form.on.data, document_no=number, over_limit_reason=reason)
    else:
        services.hand_over(
            change.enterprise,
            to,
            replaces=change.replaces,
            by=by,
            on=form.on.data,
            note=form.note.data or "",
            document_no=number,
            over_limit_reason=reason,
        )
