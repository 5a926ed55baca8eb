"""Targets of a year with how far they have come, each number with its firms; setting and withdrawing one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import IntegerField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from crm.accounts import requires, signed_in
from crm.accounts.models import Unit, UnitKind
from crm.accounts.queries import all_units, answers_for_zone, unit_choices
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import Form, TextLine
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import say
from crm.cultivation import targets
from crm.cultivation.figure_firms import of_ids
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.targets import subject_word, subjects
from crm.cultivation.target_progress import Shown, in_force, shown
from crm.cultivation.views import bp
from crm.cultivation.yearly_models import Target
from crm.permissions import Permission
from crm.visits.filters import day_from

WHAT = {"done": say("Done"), "sure": say("Sure"), "trying": say("Striving"), "open": say("Not sure yet")}


class TargetForm(Form):
    """`subject` is measure and code in one, as subjects have it."""

    subject = SelectField(_l("What is counted"))
    year = IntegerField(_l("Year"), [InputRequired()])
    unit = SelectField(_l("Zone or unit"), coerce=int)
    low = IntegerField(_l("At least"), [InputRequired()])
    high = IntegerField(_l("At most"), [InputRequired()])
    document_no = TextLine(_l("Document number"), [Optional(), Length(max=120)])
    reason = TextLine(_l("Reason for the change"), [Optional(), Length(max=240)])
    replaces = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.subject.choices = [
            (f"{measure}:{code}", str(subject_word(ladder(), measure, code))) for measure, code in subjects(ladder())
        ]
        self.unit.choices = unit_choices([unit for unit in all_units() if _settable(unit)])


class WithdrawForm(Form):
    reason = TextLine(_l("Reason"), [DataRequired(), Length(max=240)])


@bp.get("/targets")
@requires(Permission.ENTERPRISE_VIEW)
def year_targets() -> ResponseReturnValue:
    """Of this year as of today, of another one, or of a day past as it stood then."""
    year, on, asked = _when()
    rows = _shown(year, on, asked)
    known = db.session.scalars(select(Target.year).distinct().order_by(Target.year.desc())).all()
    years = sorted({*known, clock.today().year, year}, reverse=True)
    around: dict[str, Any] = {"year": year, "on": on, "asked": asked, "years": years}
    around["settable"] = {row.target.id for row in rows if _may_set(row.path, is_zone=row.is_zone)}
    return page("cultivation/targets.html", rows=rows, subject_word=_word, **around)


@bp.get("/targets/<int:target_id>/firms")
@requires(Permission.ENTERPRISE_VIEW)
def target_firms(target_id: int) -> ResponseReturnValue:
    target, what = db.session.get(Target, target_id) or abort(404), request.args.get("what", "done")
    if what not in WHAT:
        abort(404)
    asked = day_from(request.args.get("on"))
    row = shown(signed_in(), [target], target.year, _day(target.year, asked))[0]
    title = f"{_word(target)} · {WHAT[what]}"
    made, hidden = of_ids(signed_in(), title, row.firms[what])
    return page("cultivation/target_firms.html", listing=made, title=title, hidden=hidden, target=target)


@bp.route("/targets/set", methods=["GET", "POST"])
@requires(Permission.TARGETS_EDIT)
def set_target() -> ResponseReturnValue:
    form = TargetForm()
    if not form.is_submitted():
        _offer(form)
    if form.validate_on_submit():
        measure, _colon, code = form.subject.data.partition(":")
        with form.showing(RuleBroken), writing():
            unit = db.session.get_one(Unit, form.unit.data)
            made = targets.put(
                measure, code, year=form.year.data or 0, unit=unit, low=form.low.data or 0, high=form.high.data or 0,
                document_no=form.document_no.data or "", reason=form.reason.data or "", by=signed_in(),
                replaces=form.replaces.data or 0,
            )  # fmt: skip
            told(say("The target is set"))
            return go("cultivation.year_targets", year=made.year)
        row = targets.standing(measure, code, form.year.data or 0, form.unit.data)
        form.replaces.raw_data = [str(row.id if row else 0)]  # shown again: the one that is told about now
    return page("cultivation/target_form.html", form)


@bp.route("/targets/<int:target_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.TARGETS_EDIT)
def withdraw_target(target_id: int) -> ResponseReturnValue:
    target, form = db.session.get(Target, target_id) or abort(404), WithdrawForm()
    if not _settable(db.session.get_one(Unit, target.unit_id)):
        abort(403)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            targets.withdraw(target, reason=form.reason.data or "", by=signed_in())
            told(say("The target is withdrawn"))
            return go("cultivation.year_targets", year=target.year)
    return page("cultivation/target_withdraw.html", form, row=target, subject=_word(target))


def _may_set(path: str, *, is_zone: bool) -> bool:
    """Targets of the unit with this path: in one's own subtree; the manager of a bureau also sets the zone's."""
    posts = (post for _scope, post in signed_in().grants(Permission.TARGETS_EDIT, clock.today()) if post is not None)
    below = any(path.startswith(post.unit.path) for post in posts)
    return below or (is_zone and answers_for_zone(signed_in(), Permission.TARGETS_EDIT))


def _settable(unit: Unit) -> bool:
    return _may_set(unit.path, is_zone=unit.kind == UnitKind.ROOT)


def _offer(form: TargetForm) -> None:
    """What the form begins with: a target that is changed, else a new one of this year for the uppermost unit."""
    form.year.data, form.unit.data = clock.today().year, next((key for key, _word in form.unit.choices), None)
    if row := db.session.get(Target, id_from(request.args.get("target")) or 0):
        form.subject.data = f"{row.measure}:{row.subject}"
        form.year.data, form.unit.data, form.low.data, form.high.data = row.year, row.unit_id, row.low, row.high
        form.replaces.data = row.id


def _shown(year: int, on: date, asked: date | None) -> list[Shown]:
    return shown(signed_in(), in_force(year, asked), year, on)


def _when() -> tuple[int, date, date | None]:
    """The year, the day its progress is told of, and the day past that was asked for."""
    today, asked = clock.today(), day_from(request.args.get("on"))
    asked = asked if asked and asked < today else None
    typed = id_from(request.args.get("year"))
    year = asked.year if asked else typed if typed and 1990 <= typed <= 2200 else today.year
    return year, _day(year, asked), asked


def _day(year: int, asked: date | None) -> date:
    return asked or min(clock.today(), date(year, 12, 31))


def _word(target: Any) -> str:
    return str(subject_word(ladder(), target.measure, target.subject))
