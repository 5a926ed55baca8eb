"""走访台账 as the bureau prints it: one line per enterprise, what was due and done in a span of days, A4 landscape."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import and_, case, func, or_, select

from crm import timeline
from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import read
from crm.core.pages import speaking
from crm.core.words import Say, say
from crm.desk.enterprise_export import MOST_RECORDED, sent
from crm.desk.enterprise_rows import lines, matching_ids
from crm.desk.views import bp
from crm.desk.visit_figures import days_asked, span_called
from crm.enterprises.models import Enterprise
from crm.followups.models import Followup
from crm.permissions import Permission
from crm.sheets import layout as forms
from crm.sheets.names import file_name
from crm.sheets.paper import write_paper
from crm.tiers.words import tier_word
from crm.visits.ledger_figures import Stood, stood
from crm.workdays.words import marked

TITLE = say("Ledger of visits")
CHUNK = 500
SOON = 7
"""Days before the due day from which a firm is nearly due (临期)."""
COLUMNS = (
    forms.Column(say("No."), forms.Show.NUMBER, 6),
    forms.Column(say("Enterprise name"), width=34),
    forms.Column(say("Tier"), width=10),
    forms.Column(say("Service commissioner"), width=11),
    forms.Column(say("Liaison leader"), width=11),
    forms.Column(say("Visits due"), forms.Show.NUMBER, 9, is_totalled=True),
    forms.Column(say("Visits done"), forms.Show.NUMBER, 9, is_totalled=True),
    forms.Column(say("Last visited on"), forms.Show.DATE, 13),
    forms.Column(say("Days since"), forms.Show.NUMBER, 9),
    forms.Column(say("Next visit due on"), forms.Show.DATE, 14),
    forms.Column(say("State"), width=9),
    forms.Column(say("Requests collected"), forms.Show.NUMBER, 9, is_totalled=True),
    forms.Column(say("Requests open"), forms.Show.NUMBER, 9, is_totalled=True),
    forms.Column(say("Remarks"), width=16),
)


@bp.get("/visits/ledger")
@requires(Permission.EXPORT, confirmed=True)
def visit_ledger() -> ResponseReturnValue:
    """For the enterprises that the list's filters choose, and the days of the figures; always in Chinese."""
    me, out = signed_in(), io.BytesIO()
    since, until = days_asked(request.args)
    with speaking("zh_Hans_CN"):
        name = f"{span_called(since, until)}{TITLE}"
        layout = forms.Layout(
            title=name, columns=COLUMNS, unit_left=forms.reporting_unit(bureau("bureau_name")),
            unit_right=say("Days: %(days)s", days=f"{since} — {until}"), total_label=forms.TOTAL,
            sign_off=forms.SIGN_OFF, sheet_name=TITLE,
        )  # fmt: skip
        count = write_paper(out, layout=layout, rows=_rows(me, since, until))
        called = file_name(name, unit=bureau("bureau_name"), on=clock.today(), suffix="xlsx")
    asked = request.query_string.decode()[:MOST_RECORDED]
    timeline.note("paper.exported", by=me, paper="visit_ledger", rows=count, filters=asked)
    return sent(out.getvalue(), called, "xlsx")


def _rows(me: User, since: date, until: date) -> Iterator[list[forms.Content]]:
    wanted, _total, _capped = matching_ids(me, request.args, Permission.EXPORT)
    ids = read(
        select(Enterprise.id).where(Enterprise.id.in_(wanted)).order_by(Enterprise.sort_key, Enterprise.id)
    ).scalars().all()  # fmt: skip
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        shown, requests = lines(some, me, with_extras=False), _requests(some, since, until)
        as_of = min(until, clock.today())
        figures = stood(shown, since, until, as_of)
        for number, line in enumerate(shown, start + 1):
            yield _cells(number, line, figures[line.id], as_of, requests)


def _requests(ids: Sequence[int], since: date, until: date) -> dict[int, tuple[int, int]]:
    """Requests that came up in these days, and those that were open at their end."""
    begin, end = clock.at(since, 0), clock.at(until + timedelta(days=1), 0)
    came, stayed = Followup.created_at >= begin, or_(Followup.closed_at.is_(None), Followup.closed_at >= end)
    known = Followup.created_at < end
    sums = (
        func.count(case((and_(known, came), 1))).label("came"),
        func.count(case((and_(known, stayed), 1))).label("left"),
    )
    query = select(Followup.enterprise_id, *sums).where(Followup.enterprise_id.in_(ids), Followup.kind == "request")
    return {row.enterprise_id: (row.came, row.left) for row in read(query.group_by(Followup.enterprise_id)).all()}


def state_of(due_on: date | None, today: date) -> Say | str:
    """正常, 临期 or 逾期; nothing where no visit is due."""
    if due_on is None:
        return ""
    days = (due_on - today).days
    return say("overdue") if days < 0 else say("nearly due") if days <= SOON else say("in time")


def _cells(number: int, line: Any, stood: Stood, as_of: date, requests: Mapping[int, tuple[int, int]]) -> list[Any]:
    came, still_open = requests.get(line.id, (0, 0))
    return [
        number, line.name, tier_word(line.tier) if line.tier else "", line.commissioner, line.leader, stood.due,
        stood.done, stood.last_on, (as_of - stood.last_on).days if stood.last_on else None, marked(stood.next_on),
        state_of(stood.next_on, as_of), came, still_open, "",
    ]  # fmt: skip
