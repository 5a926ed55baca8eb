"""待办: my open promises, or those of my unit by person."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from crm.accounts import User, everyone, signed_in
from crm.core import clock
from crm.core.db import db
from crm.core.web import page
from crm.core.words import _
from crm.desk.home import OVERSEES, WEEK
from crm.desk.views import bp
from crm.enterprises.queries import of_visible
from crm.followups import queries
from crm.followups.models import Followup

SHOWN = 200
Group = tuple[str, str, list[Followup]]
"""Its anchor, its title, its promises."""


@bp.get("/todo")
@everyone
def todo() -> ResponseReturnValue:
    me, today = signed_in(), clock.today()
    leads = me.may(OVERSEES)
    is_unit = leads and request.args.get("of") == "unit"
    groups = _late_by_person(me, today) if is_unit else _mine_by_day(me, today)
    return page("desk/todo.html", groups=groups, is_unit=is_unit, leads=leads)


def _mine_by_day(me: User, today: date) -> list[Group]:
    mine = db.session.scalars(queries.with_firm(queries.open_of(me)).limit(SHOWN)).all()
    return [("", when, list(part)) for when, part in groupby(mine, key=lambda f: _when(f.due_on, today))]


def _late_by_person(me: User, today: date) -> list[Group]:
    """Overdue promises at the firms of my unit; those without an owner first."""
    theirs = queries.late(today).where(of_visible(Followup, me, OVERSEES))
    rows = db.session.scalars(
        queries.with_firm(theirs).options(joinedload(Followup.owner).joinedload(User.unit)).limit(SHOWN)
    ).all()
    rows = sorted(rows, key=lambda f: (_owner(f), f.due_on, f.id))
    return [(f"person-{owner or 0}", _named(part := list(same)), part) for owner, same in groupby(rows, key=_owner)]


def _owner(followup: Followup) -> int:
    return followup.owner_id or 0


def _named(of_one: list[Followup]) -> str:
    owner = of_one[0].owner
    return owner.label if owner else _("Nobody")


def _when(due_on: date, today: date) -> str:
    if due_on < today:
        return _("Overdue")
    if due_on == today:
        return _("Today")
    return _("Next 7 days") if due_on <= today + WEEK else _("After that")
