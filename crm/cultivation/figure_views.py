"""The head figures of any two days, each with the firms behind it; as a file in the bureau's form."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from crm import timeline
from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import read
from crm.core.pages import speaking
from crm.core.web import page
from crm.core.words import Say, _, say
from crm.cultivation import rungs
from crm.cultivation.figure_firms import listing
from crm.cultivation.figure_words import MOVED, meaning
from crm.cultivation.list_papers import XLSX
from crm.cultivation.overview import Overview, overview
from crm.cultivation.phase_times import phase_times
from crm.cultivation.views import bp
from crm.cultivation.words import phase_word
from crm.enterprises import filters
from crm.permissions import Permission
from crm.sheets.layout import SIGN_OFF, Column, Content, Layout, Show, reporting_unit
from crm.sheets.names import file_name
from crm.sheets.paper import write_paper
from crm.tiers.annual import missing
from crm.visits.filters import day_from

FIRST = date(1990, 1, 1)
TITLE = say("Figures of quotation and listing")


@bp.get("/figures")
@requires(Permission.ENTERPRISE_VIEW)
def head_figures() -> ResponseReturnValue:
    since, on = days_asked(request.args)
    told = overview(signed_in(), since, on)
    meanings = {line.code: meaning(line, on) for line in told.lines}
    around: dict[str, Any] = {"firms_of": _link(told), "asked": _asked(since, on), "moved_words": MOVED}
    lacking = _without_figures(signed_in())
    return page("cultivation/figures.html", told=told, meanings=meanings, lacking=lacking, **around)


def _without_figures(me: User) -> tuple[int, int, str] | None:
    """The last finished year, how many firms on the ladder have no annual figures of it, and where they stand as a
    list; None for who may not see figures."""
    if not me.may(Permission.FIGURES_VIEW):
        return None
    asked: dict[str, Any] = {"figures": missing.MISSING, "rung": rungs.ANY}
    number = read(filters.count_of(filters.where(me, MultiDict(asked)))).scalar_one()
    return missing.last_year(), int(number), url_for("desk.enterprises", **asked)


@bp.get("/figures/firms")
@requires(Permission.ENTERPRISE_VIEW)
def figure_firms() -> ResponseReturnValue:
    """The firms behind one number, as far as one may see them."""
    since, on = days_asked(request.args)
    made, title, total = listing(signed_in(), request.args, since, on)
    more = total - made.total if not request.args.get("q") else 0
    around: dict[str, Any] = {"hidden": max(0, more), "asked": _asked(since, on)}
    return page("cultivation/figure_firms.html", listing=made, title=title, **around)


@bp.get("/figures/phases")
@requires(Permission.ENTERPRISE_VIEW)
def phase_durations() -> ResponseReturnValue:
    since, on = days_asked(request.args)
    around: dict[str, Any] = {"on": on, "asked": _asked(since, on), "phase_word": phase_word}
    return page("cultivation/phases.html", kinds=phase_times(signed_in(), on), **around)


@bp.get("/figures/export")
@requires(Permission.EXPORT, confirmed=True)
def export_figures() -> ResponseReturnValue:
    me, out, (since, on) = signed_in(), io.BytesIO(), days_asked(request.args)
    with speaking("zh_Hans_CN"):
        told = overview(me, since, on)
        layout = Layout(
            title=TITLE, columns=_columns(told), unit_left=reporting_unit(bureau("bureau_name")),
            unit_right=say("Days: %(days)s", days=f"{since} — {on}"), sign_off=SIGN_OFF,
        )  # fmt: skip
        count = write_paper(out, layout=layout, rows=_paper_rows(told))
        name = file_name(str(TITLE), unit=bureau("bureau_name"), on=clock.today(), suffix="xlsx")
    timeline.note("figures.exported", by=me, rows=count, filters=request.query_string.decode()[:500])
    return send_file(io.BytesIO(out.getvalue()), mimetype=XLSX, as_attachment=True, download_name=name)


def days_asked(args: Mapping[str, str]) -> tuple[date, date]:
    """The day and the one it is compared with: by default the end of the year before. Never a day to come."""
    today = clock.today()
    on = min(max(day_from(args.get("on")) or today, FIRST), today)
    since = min(max(day_from(args.get("since")) or date(on.year - 1, 12, 31), FIRST), today)
    return min(since, on), max(since, on)


def _asked(since: date, on: date) -> dict[str, str]:
    return {"since": since.isoformat(), "on": on.isoformat()}


def _link(told: Overview) -> Any:
    """Where a number of this page leads."""
    path, asked = url_for("cultivation.figure_firms"), _asked(told.since, told.on)

    def firms_of(code: str, what: str = "stock", **more: Any) -> str:
        return f"{path}?{urlencode({'figure': code, 'what': what, **asked, **more})}"

    return firms_of


def _columns(told: Overview) -> tuple[Column, ...]:
    flows = [say("New"), say("Moved in"), say("Exits"), say("Moved away")]
    heads: list[Say | str] = [told.since.isoformat(), *flows, told.on.isoformat()]
    return (Column(say("Figure"), width=34), *(Column(head, Show.NUMBER, 12) for head in heads))


def _paper_rows(told: Overview) -> Iterator[list[Content]]:
    for line in told.lines:
        flow = line.flow
        yield [line.label, flow.opening, flow.new, flow.moved_in, flow.exits, flow.moved_out, flow.closing]
        for part in line.boards:
            yield [f"　{part.label}", part.before, *[None] * 4, part.now]
    for unit, name in told.units:
        yield [_("%(label)s: %(value)s", label=_("By unit"), value=name), *[None] * 6]
        for line in told.lines:
            if each := line.units.get(unit):
                yield [f"　{line.label}", each.before, *[None] * 4, each.now]
