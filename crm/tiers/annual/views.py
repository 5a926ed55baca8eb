"""Pages about the figures of an enterprise: enter and correct them, withdraw them, take them away as a table."""

from __future__ import annotations

import re
from io import BytesIO

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue

from crm.accounts import requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load
from crm.permissions import Permission
from crm.sheets.names import file_name
from crm.tiers.annual import exporting, queries, rules, services
from crm.tiers.annual.forms import FiguresForm, WithdrawForm
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.rules import Period
from crm.tiers.views import bp
from crm.timeline import Level, note

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
PERIOD = re.compile(r"([0-9]{4})-([0-9]{1,2})")


@bp.route("/enterprises/<int:enterprise_id>/figures", methods=["GET", "POST"])
@requires(Permission.FIGURES_ENTER)
def enter_figures(enterprise_id: int) -> ResponseReturnValue:
    enterprise = load(enterprise_id, signed_in(), Permission.FIGURES_ENTER)
    period, form = _period(), FiguresForm()
    known = queries.standing(enterprise.id)
    row = known.get(period)
    if not form.is_submitted():
        form.show(row)
    if form.validate_on_submit():
        doubts = _enter(enterprise, period, form)
        if not form.is_refused and not doubts:
            return _back(enterprise)
        return _page(enterprise, period, form, doubts=doubts, status=422)
    return _page(enterprise, period, form)


def _enter(enterprise: Enterprise, period: Period, form: FiguresForm) -> list[Say]:
    """Save, or return what has to be looked at first."""
    seen = form.stands_by.data if form.is_right.data else ""
    given, replaces = form.entered(period), id_from(form.replaces.data)
    try:
        with form.showing(RuleBroken), writing():
            made = services.enter(enterprise, given, replaces=replaces, stands_by=seen or "", by=signed_in())
            told(say("The figures are saved") if made else say("Nothing was different, so nothing was saved"))
    except services.Doubtful as doubtful:
        return doubtful.doubts
    return []


def _page(
    enterprise: Enterprise, period: Period, form: FiguresForm, *, doubts: list[Say] | None = None,
    status: int | None = None,
) -> ResponseReturnValue:  # fmt: skip
    known = queries.standing(enterprise.id)
    row, before = known.get(period), known.get(period.before())
    if form.is_refused:
        form.replaces.data = str(row.id) if row else ""
    form.stands_by.data, form.is_right.data = services.digest(doubts or []), False
    periods = [(each.key, each.label, each in known) for each in rules.ended(clock.today())]
    return page(
        "tiers/figures.html", form, status=status, enterprise=enterprise, period=period, row=row, before=before,
        doubts=doubts or [], periods=periods, withdraw=WithdrawForm(prefix="withdraw"),
    )  # fmt: skip


def _period() -> Period:
    """What the address names, else the last whole year; 404 for what is no period."""
    text = request.args.get("period", "")
    if not text:
        return Period(clock.today().year - 1)
    found = PERIOD.fullmatch(text)
    period = Period(*map(int, found.groups())) if found else None
    if period is None or not rules.is_period(*period):
        abort(404)
    return period


@bp.post("/enterprises/<int:enterprise_id>/figures/<int:figures_id>/withdraw")
@requires(Permission.FIGURES_ENTER)
def withdraw_figures(enterprise_id: int, figures_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise, form = load(enterprise_id, me, Permission.FIGURES_ENTER), WithdrawForm(prefix="withdraw")
    row = db.session.get(PeriodFigures, figures_id)
    if row is None or row.enterprise_id != enterprise.id or row.ended_at is not None:
        abort(404)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.withdraw(row, by=me, reason=form.reason.data or "")
            told(say("The figures are withdrawn"))
            return _back(enterprise)
    return page("tiers/withdraw_figures.html", form, enterprise=enterprise, row=row)


def _back(enterprise: Enterprise) -> ResponseReturnValue:
    return go("desk.enterprise", enterprise_id=enterprise.id, tab="figures")


@bp.get("/enterprises/figures/export")
@requires(Permission.FIGURES_VIEW, confirmed=True)
def export_figures() -> ResponseReturnValue:
    """What this person may see of figures: of one enterprise, or of all of them."""
    me, kind = signed_in(), request.args.get("format", "xlsx")
    if kind not in MEDIA_TYPES:
        abort(404)
    firm, where = id_from(request.args.get("enterprise")), [queries.seen_by(me)]
    name = bureau("bureau_name")
    if firm is not None:
        name = load(firm, me, Permission.FIGURES_VIEW).called
        where.append(PeriodFigures.enterprise_id == firm)
    out = BytesIO()
    rows = exporting.write(kind, out, where)
    note("figures.exported", by=me, level=Level.RESTRICTED, rows=rows, enterprise=firm, format=kind)
    out.seek(0)
    called = file_name(exporting.TITLE, unit=name, on=clock.today(), suffix=kind)
    return send_file(out, mimetype=MEDIA_TYPES[kind], as_attachment=True, download_name=called)
