"""The ladder as it stands in its files: a readable page a kind of track, with its graph; and the days that are planned
for a step, which the bureau may set."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from crm.accounts import everyone, requires, signed_in
from crm.core import clock
from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.forms import Form
from crm.core.web import go, page, told
from crm.core.words import say
from crm.cultivation import step_days
from crm.cultivation.rules.graph import HEIGHT, drawn
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import FEWEST, MOST
from crm.permissions import Permission

bp = Blueprint("ladder", __name__)


class DaysForm(Form):
    days = IntegerField(_l("Days planned"), [Optional(), NumberRange(FEWEST, MOST)])
    since = DateField(_l("From"), [InputRequired()])


@bp.get("/ladder")
@everyone
def first() -> ResponseReturnValue:
    return _kind(next(iter(ladder().kinds)))


@bp.get("/ladder/<track_kind>")
@everyone
def of_kind(track_kind: str) -> ResponseReturnValue:
    return _kind(track_kind)


@bp.route("/ladder/<track_kind>/<state>/days", methods=["GET", "POST"])
@requires(Permission.SETTINGS, confirmed=True)
def planned_days(track_kind: str, state: str) -> ResponseReturnValue:
    """Nothing typed: those that are shipped."""
    kind = ladder().kinds.get(track_kind) or abort(404)
    if state not in kind.states or kind.states[state].is_end:
        abort(404)
    step, form, rows = kind.states[state], DaysForm(), step_days.rows_of([state])[state]
    if not form.is_submitted():
        form.since.data = clock.today()
        form.days.data = step_days.days_of(step, step_days.in_force(rows, clock.today()))
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            days = form.days.data or step_days.AS_SHIPPED
            step_days.plan_days(step, days, since=form.since.data, by=signed_in())
            told(say("Saved"))
            return go("ladder.of_kind", track_kind=track_kind, _anchor=state)
    return page("cultivation/planned_days.html", form, kind=kind, state=step, rows=rows)


def _kind(code: str) -> ResponseReturnValue:
    kind, today = ladder().kinds.get(code) or abort(404), clock.today()
    named: dict[str, Any] = {
        name: {each.code: each for each in getattr(ladder(), name)} for name in ("grades", "rungs", "figures")
    }
    named |= {"kinds": list(ladder().kinds.values()), "box_height": HEIGHT}
    rows = step_days.rows_of(list(kind.states))
    own = {state: next((row for row in found if row.since <= today), None) for state, found in rows.items()}
    coming = {state: [row for row in found if row.since > today] for state, found in rows.items()}
    return page("cultivation/ladder.html", kind=kind, drawing=drawn(kind), own=own, coming=coming, **named)
