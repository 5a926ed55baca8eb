"""The calendar: which years are known, next year's notice looked at before it is loaded, days of the bureau's own."""

from __future__ import annotations

from datetime import date

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.accounts import requires, signed_in
from crm.core import clock
from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.forms import Form
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.permissions import Permission
from crm.workdays import services
from crm.workdays.forms import DayForm, NoticeForm
from crm.workdays.notices import LARGEST_FILE, parse
from crm.workdays.queries import calendar, own_days, published
from crm.workdays.rules import Kind

bp = Blueprint("workdays", __name__)


@bp.get("/admin/holidays")
@requires(Permission.SYSTEM_VIEW)
def holidays() -> ResponseReturnValue:
    return _page(NoticeForm(formdata=None))


@bp.post("/admin/holidays/check")
@requires(Permission.SETTINGS)
def check() -> ResponseReturnValue:
    """What the notice would change: days, and the dates that fall on them. Nothing is written."""
    form = NoticeForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            text = _text(form)
            notice = parse(text)
            form.text.data = text
            return page("workdays/check.html", form, status=200, notice=notice, seen=services.preview(notice))
    return _page(form)


@bp.post("/admin/holidays/load")
@requires(Permission.SETTINGS, confirmed=True)
def load() -> ResponseReturnValue:
    me, form = signed_in(), NoticeForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            notice = parse(_text(form))
            with writing():
                taken = services.take_over(notice, by=me)
            told(say("%(year)s is loaded: %(n)s days changed, %(m)s follow-ups moved",
                     year=notice.year, n=len(taken.changed), m=taken.moved))  # fmt: skip
            return go("workdays.holidays")
    return _page(form)


@bp.post("/admin/holidays/day/check")
@requires(Permission.SETTINGS)
def check_day() -> ResponseReturnValue:
    """What this day would change. Nothing is written."""
    form = DayForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            seen = services.preview_day(form.day.data, Kind(form.kind.data), label=form.label.data)
            return page("workdays/check_day.html", form, status=200, seen=seen)
    return _page(NoticeForm(formdata=None), form)


@bp.post("/admin/holidays/day")
@requires(Permission.SETTINGS, confirmed=True)
def take_day() -> ResponseReturnValue:
    me, form = signed_in(), DayForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            kind = Kind(form.kind.data)
            with writing():
                taken = services.take_day(form.day.data, kind, label=form.label.data, by=me)
            told(_told_of(kind, form.day.data, taken.moved))
            return go("workdays.holidays")
    return _page(NoticeForm(formdata=None), form)


def _told_of(kind: Kind, day: date, moved: int) -> Say:
    if kind is Kind.WORK:
        return say("%(day)s is a working day now", day=day)
    return say("%(day)s is a rest day now: %(n)s follow-ups moved", day=day, n=moved)


def _text(form: NoticeForm) -> str:
    """What was uploaded, else what was pasted. Raises RuleBroken when there is neither."""
    if form.file.data and form.file.data.filename:
        content = form.file.data.read(LARGEST_FILE + 1)
        try:
            return str(content.decode("utf-8-sig"))
        except UnicodeDecodeError as wrong:
            raise RuleBroken(say("The file is not UTF-8 text."), "file") from wrong
    if not form.text.data:
        raise RuleBroken(say("Paste the notice, or choose its file"), "text")
    return str(form.text.data)


def _page(form: NoticeForm, day_form: DayForm | None = None) -> ResponseReturnValue:
    """Both forms; the one that was sent says what is wrong with it."""
    days, this = calendar(), clock.today().year
    shown = [(year, source, is_loaded, days.special_of(year)) for year, source, is_loaded in published()]
    missing = [year for year in (this, this + 1) if not days.is_published(year)]
    forms: dict[str, Form] = {"notice_form": form, "day_form": day_form or DayForm(formdata=None)}
    own = own_days(clock.today())
    return page("workdays/holidays.html", day_form or form, years=shown, missing=missing, own_days=own, **forms)
