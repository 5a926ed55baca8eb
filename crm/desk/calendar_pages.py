"""The calendar: a month, a week, or an agenda; mine or my unit's."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import everyone, signed_in
from crm.core import clock
from crm.core.shown import day as day_word
from crm.core.shown import month as month_word
from crm.core.web import page
from crm.core.words import _
from crm.desk.calendar_days import MOST, Span, days_of, span_of
from crm.desk.views import bp
from crm.desk.visit_list import visit_url
from crm.followups.queries import OVERSEES
from crm.permissions import Permission

VIEWS = ("month", "week", "agenda")


@bp.get("/calendar")
@everyone
def calendar() -> ResponseReturnValue:
    me, today = signed_in(), clock.today()
    view = view if (view := request.args.get("view", "")) in VIEWS else VIEWS[0]
    leads = me.may(OVERSEES)
    is_unit = leads and request.args.get("of") == "unit"
    on = _day(request.args.get("day")) or today
    span = span_of(view, on)
    days, estimated, cut = days_of(span, me, is_unit=is_unit)
    return page(
        "desk/calendar.html", view=view, days=days, weeks=[days[n : n + 7] for n in range(0, len(days), 7)],
        estimated=sorted(estimated), shown=_shown(view, on, span), month=on.month if view == "month" else None,
        here=_here(view, span, today, is_unit=is_unit), views=_views(view, on, is_unit=is_unit), leads=leads,
        whose=_whose(view, on, is_unit=is_unit), is_unit=is_unit, owner="" if is_unit else "me",
        weekdays=(_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")),
        visit_url=visit_url, cut=cut, most=MOST, span=span, may_add=me.may(Permission.ENTERPRISE_EDIT),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _shown(view: str, on: date, span: Span) -> str:
    return month_word(on) if view == "month" else f"{day_word(span.first)} ～ {day_word(span.last)}"


def _here(view: str, span: Span, today: date, *, is_unit: bool) -> dict[str, str]:
    """Back, on, and to today, in the same view."""
    days = {"before": span.before, "after": span.after, "today": today}
    return {name: _url(view, on, is_unit=is_unit) for name, on in days.items()}


def _views(view: str, on: date, *, is_unit: bool) -> list[tuple[Any, ...]]:
    words = zip(VIEWS, (_("Month view"), _("Week view"), _("Agenda")), strict=True)
    return [(_url(name, on, is_unit=is_unit), word, name == view, None) for name, word in words]


def _whose(view: str, on: date, *, is_unit: bool) -> list[tuple[Any, ...]]:
    choices = ((False, _("Mine")), (True, _("My unit")))
    return [(_url(view, on, is_unit=which), word, which == is_unit, None) for which, word in choices]


def _url(view: str, on: date, *, is_unit: bool) -> str:
    return url_for("desk.calendar", view=view, day=on.isoformat(), of="unit" if is_unit else None)
