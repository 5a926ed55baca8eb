"""待办: my open promises by day; those of my unit are a list."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import everyone, signed_in
from crm.core import clock
from crm.core.db import db, read
from crm.core.web import go, page
from crm.core.words import _
from crm.cultivation import waiting
from crm.desk.views import bp
from crm.followups import queries
from crm.followups.filters import WEEK
from crm.permissions import Permission

SHOWN = 200


@bp.get("/todo")
@everyone
def todo() -> ResponseReturnValue:
    me, today = signed_in(), clock.today()
    if request.args.get("of") == "unit":
        return go("followups.followups", of="unit", when="overdue")
    mine = db.session.scalars(queries.with_firm(queries.open_of(me)).limit(SHOWN)).all()
    groups = [(when, list(part)) for when, part in groupby(mine, key=lambda f: _when(f.due_on, today))]
    steps = read(select(waiting.how_many(me))).scalar_one() if me.may(Permission.TRACK_CONFIRM) else 0
    return page("desk/todo.html", groups=groups, leads=me.may(queries.OVERSEES), steps=steps)


def _when(due_on: date, today: date) -> str:
    if due_on < today:
        return _("Overdue")
    if due_on == today:
        return _("Today")
    return _("Next 7 days") if due_on <= today + WEEK else _("After that")
