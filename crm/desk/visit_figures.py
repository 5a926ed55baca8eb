"""本月数字: the figures of a month or of any range, each opening the list behind it; on paper and as xlsx."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from crm import timeline
from crm.accounts import requires, signed_in
from crm.accounts.models import UnitKind
from crm.core import clock, shown
from crm.core.bureau import bureau
from crm.core.db import read
from crm.core.pages import speaking
from crm.core.typed import id_from
from crm.core.web import page
from crm.core.words import _, say
from crm.desk.calendar_days import FIRST, LAST
from crm.desk.enterprise_export import sent
from crm.desk.enterprise_filters import UNITS
from crm.desk.views import bp
from crm.permissions import Permission
from crm.sheets import layout as forms
from crm.sheets.names import file_name
from crm.sheets.paper import write_paper
from crm.visits import figures
from crm.visits.coverage import span
from crm.visits.figures import Counted, Figures
from crm.visits.filters import day_from
from crm.visits.words import kind_word

MONTHS = 24
TITLE = say("Figures of visits")
COLUMNS = (
    forms.Column(say("Unit and official"), width=28),
    forms.Column(say("Visits made"), forms.Show.NUMBER, 12),
    forms.Column(say("Firms visited"), forms.Show.NUMBER, 12),
    forms.Column(say("Visits joined"), forms.Show.NUMBER, 12),
    forms.Column(say("Other contacts"), forms.Show.NUMBER, 12),
    forms.Column(say("Firms served"), forms.Show.NUMBER, 12),
    forms.Column(say("Of these visited"), forms.Show.NUMBER, 12),
    forms.Column(say("Coverage"), forms.Show.RATIO, 12),
)


@dataclass(frozen=True)
class Links:
    """Where the numbers of these figures lead."""

    told: Figures

    def visits(self, **more: Any) -> str:
        given = {"from": self.told.since, "to": self.told.until, "unit": self.told.unit_id, **more}
        return url_for("desk.visits", **{key: value for key, value in given.items() if value is not None})

    def joined(self, person: int | None = None, unit: int | None = None) -> str:
        """Visits of others on which this official, people of this unit, or any official led or came along."""
        below = unit or self.told.unit_id
        whose = {"companion": person} if person else {"companion_unit": below} if below else {"companion": "any"}
        return self.visits(counts="yes", unit=None, **whose)

    def firms(self, how: str = "", **more: Any) -> str:
        during = {how: span(self.told.since, self.told.until)} if how else {}
        given: dict[str, Any] = {"served_unit": self.told.unit_id, **during, **more}
        return url_for("desk.enterprises", **{key: value for key, value in given.items() if value is not None})


@bp.get("/visits/figures")
@requires(Permission.VISIT_VIEW)
def visit_figures() -> ResponseReturnValue:
    told = asked(request.args)
    return page("desk/visits/figures.html", told=told, links=Links(told), bar=_bar(told), **_around(told))


@bp.get("/visits/figures/print")
@requires(Permission.VISIT_VIEW)
def print_visit_figures() -> ResponseReturnValue:
    told = asked(request.args)
    return page("desk/visits/figures_paper.html", told=told, bureau_name=bureau("bureau_name"), **_around(told))


@bp.get("/visits/figures/export")
@requires(Permission.EXPORT, confirmed=True)
def export_visit_figures() -> ResponseReturnValue:
    """The same figures in the bureau's form; always in Chinese."""
    me, told, out = signed_in(), asked(request.args), io.BytesIO()
    with speaking("zh_Hans_CN"):
        name = f"{span_called(told.since, told.until)}{TITLE}"
        layout = forms.Layout(
            title=name, columns=COLUMNS, unit_left=forms.reporting_unit(bureau("bureau_name")),
            unit_right=say("Days: %(days)s", days=f"{told.since} — {told.until}"), sign_off=forms.SIGN_OFF,
        )  # fmt: skip
        count = write_paper(out, layout=layout, rows=_paper_rows(told))
        called = file_name(name, unit=bureau("bureau_name"), on=clock.today(), suffix="xlsx")
    timeline.note("paper.exported", by=me, paper="visit_figures", rows=count, filters=request.query_string.decode())
    return sent(out.getvalue(), called, "xlsx")


def asked(args: Mapping[str, str]) -> Figures:
    """A `month`, or `from` and `to`, else the present month; days the wrong way round are turned."""
    return figures.of(signed_in(), *days_asked(args), id_from(args.get("unit")))


def days_asked(args: Mapping[str, str]) -> tuple[date, date]:
    since, until, month = day_from(args.get("from")), day_from(args.get("to")), day_from(f"{args.get('month', '')}-01")
    since, until, month = (day and min(max(day, FIRST), LAST) for day in (since, until, month))
    first = month or since or clock.today().replace(day=1)
    since, until = (first, last_of(first)) if month else (first, until or last_of(first.replace(day=1)))
    return min(since, until), max(since, until)


def last_of(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _is_month(told: Figures) -> bool:
    return told.since.day == 1 and told.until == last_of(told.since)


def span_called(since: date, until: date) -> str:
    """2026年11月, or both days."""
    is_month = since.day == 1 and until == last_of(since)
    return f"{since:%Y年%m月}" if is_month else f"{since:%Y%m%d}-{until:%Y%m%d}"


def _around(told: Figures) -> dict[str, Any]:
    return {
        "period": shown.month(told.since) if _is_month(told) else f"{shown.day(told.since)} — {shown.day(told.until)}",
        "kind_word": lambda key: kind_word(key, told.until),
        "query": {k: v for k, v in {"from": told.since, "to": told.until, "unit": told.unit_id}.items() if v},
    }


def _bar(told: Figures) -> dict[str, Any]:
    """The choosers: months back from this one, the months beside, any two days, a unit."""
    first = clock.today().replace(day=1)
    months = [first]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    kept: dict[str, Any] = {"unit": told.unit_id} if told.unit_id else {}
    beside = [(told.since - timedelta(days=1)).replace(day=1), told.until + timedelta(days=1)]
    return {
        "months": [(f"{m:%Y-%m}", shown.month(m)) for m in months],
        "month": f"{told.since:%Y-%m}" if _is_month(told) else "",
        "units": _units(told),
        "beside": [url_for("desk.visit_figures", month=f"{m:%Y-%m}", **kept) for m in beside if _is_month(told)],
    }  # fmt: skip


def _units(told: Figures) -> list[tuple[int, str]]:
    """The units that answer for somebody's work; a park is a place, and chosen only by an older link."""
    rows = read(UNITS).all()
    return [(row.id, row.name) for row in rows if row.kind != UnitKind.TERRITORY or row.id == told.unit_id]


def _paper_rows(told: Figures) -> Iterator[list[forms.Content]]:
    for unit in told.units:
        yield [unit.name, *_numbers(unit.counted)]
        for person in unit.people:
            yield [f"　{person.name}", *_numbers(person.counted)]
    yield [_("Total"), *_numbers(told.all)]


def _numbers(counted: Counted) -> list[forms.Content]:
    return [
        counted.visits, counted.firms, counted.joined, counted.contacts, counted.served, counted.covered,
        counted.coverage,
    ]  # fmt: skip
