"""Home by what one is: first my own enterprises and promises, then how my unit stands. Every number opens its list."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import everyone, signed_in
from crm.core import clock
from crm.core.db import db
from crm.core.web import page
from crm.desk import home_mine as mine
from crm.desk import home_unit as unit
from crm.desk.views import bp
from crm.enterprises.models import Enterprise
from crm.permissions import Permission
from crm.tiers import cadence


@bp.get("/")
@everyone
def home() -> ResponseReturnValue:
    me, today = signed_in(), clock.today()
    days = cadence.silence(today).days(me.unit.path)
    late, numbers, served = unit.late_by_person(me, today), unit.numbers_of(me, today, days), mine.how_many_served(me)
    asked: dict[str, Any] = {"all": 1, "of": "unit", "when": "overdue", "back": "/"}
    return page(
        "desk/home.html",
        owed=mine.owed_by(me, today),
        planned=mine.planned_by(me, today),
        silent=mine.silent_of(me, days) if served else None,
        served=served,
        linked=mine.linked_to(me),
        numbers=numbers,
        late_by_person=late,
        chase_all=url_for("followups.chase", **asked) if any(row.chase for row in late.rows) else "",
        names_url=url_for("followups.names", **asked) if me.may(Permission.ASSIGN_FIRST) else "",
        without_owner=unit.without_owner(me),
        is_new=bool(numbers) and not numbers[0].value and _is_empty_register(),
    )


def _is_empty_register() -> bool:
    return db.session.scalar(select(Enterprise.id).limit(1)) is None
