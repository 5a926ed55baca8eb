"""How often to visit: the tiers' intervals, and the days after which a firm counts as silent, by unit and date."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import DateField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from crm.accounts import requires, signed_in
from crm.accounts.models import Unit
from crm.core import clock
from crm.core.bureau import REGISTRY, set_bureau
from crm.core.db import read, writing
from crm.core.errors import RuleBroken
from crm.core.forms import Form
from crm.core.models import Setting
from crm.core.web import go, page, told
from crm.core.words import _, say
from crm.permissions import Permission
from crm.tiers import rules
from crm.tiers.views import bp
from crm.tiers.words import interval_word, tier_word
from crm.timeline import record

KEY = "silence_days"


class CadenceForm(Form):
    unit = SelectField(_l("Unit"))
    days = IntegerField(
        _l("Silent after so many days without a visit"),
        [InputRequired(), NumberRange(REGISTRY[KEY].lowest, REGISTRY[KEY].highest)],
    )
    since = DateField(_l("From"), [InputRequired()])

    def __init__(self, units: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.unit.choices = [("0", _("The whole bureau")), *units]
        if not self.is_submitted():
            self.days.data, self.since.data = REGISTRY[KEY].default, clock.today()


@bp.route("/admin/cadence", methods=["GET", "POST"])
@requires(Permission.SETTINGS, confirmed=True)
def cadence() -> ResponseReturnValue:
    me = signed_in()
    units = {str(row.id): row.name for row in read(_units())}
    form = CadenceForm(list(units.items()))
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            _set(int(form.unit.data), units.get(form.unit.data, ""), form.days.data or 0, form.since.data, by=me)
            told(say("Saved"))
            return go("tiers.cadence")
    return page("tiers/cadence.html", form, rows=read(_rows()).all(), tiers=_tiers())


def _set(unit_id: int, unit: str, days: int, since: date, *, by: Any) -> None:
    """One row per unit and day; what was in force before stays."""
    if since < clock.today():
        raise RuleBroken(say("The day must be today or later: what was in force before stays"), "since")
    set_bureau(KEY, days, by_id=by.id, by_name=by.name, since=since, unit_id=unit_id)
    record(None, "setting.changed", by=by, key=KEY, unit=unit, after=str(days), since=since.isoformat())


def _units() -> Any:
    return select(Unit.id, Unit.name).where(Unit.closed_on.is_(None)).order_by(Unit.sort, Unit.path)


def _rows() -> Any:
    """Every row with its unit, the whole bureau first, the newest on top."""
    query = select(Setting.since, Setting.value, Setting.set_by_name, Unit.name.label("unit"))
    query = query.outerjoin(Unit, Unit.id == Setting.unit_id).where(Setting.key == KEY)
    return query.order_by(Unit.path.nulls_first(), Setting.since.desc())


def _tiers() -> list[tuple[str, str]]:
    return [
        (tier_word(code), interval_word(tier.visit_every_months)) for code, tier in rules.tiers(clock.today()).items()
    ]
