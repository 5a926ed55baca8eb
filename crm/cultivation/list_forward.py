"""A yearly list carried forward: the check page with who stays and who drops out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.among import among
from crm.core.db import db, read, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.typed import ids_from
from crm.core.web import go, page, told
from crm.core.words import say
from crm.cultivation import list_queries, lists
from crm.cultivation.list_forms import HeadForm
from crm.cultivation.list_views import load_list
from crm.cultivation.models import TrackSpan
from crm.cultivation.rules import yearly
from crm.cultivation.rules.yearly import list_kinds
from crm.cultivation.views import bp
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises.models import Enterprise, Standing
from crm.permissions import Permission

NOT_ALL = say("Some enterprises of this list are not yours to change: ask somebody who answers for all of them")
MOVED = say("Somebody has changed the list meanwhile: look at it again")


@dataclass(frozen=True)
class Line:
    """A firm of the list that ends; `why` is the reason proposed or typed for dropping out, as it is kept, "" when it
    stays."""

    firm: Enterprise
    since: Any
    stays: bool
    why: str


@bp.route("/lists/<int:list_id>/forward", methods=["GET", "POST"])
@requires(Permission.LISTS_EDIT)
def forward_list(list_id: int) -> ResponseReturnValue:
    me, found = signed_in(), load_list(list_id)
    lines = _lines(found, me)
    if lines is None:
        told(NOT_ALL, kind="error")
        return go("cultivation.yearly_list", list_id=found.id)
    form = HeadForm()
    if not form.is_submitted():
        form.year.data = found.year + 1
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            return _carry(found, lines, form, me)
    return page("cultivation/list_forward.html", form, row=found, lines=lines)


def _carry(found: YearlyList, lines: Sequence[Line], form: HeadForm, me: User) -> ResponseReturnValue:
    drops = {line.firm.id: line.why for line in lines if not line.stays}
    try:
        made = lists.carry_forward(found, drops, ids_from(request.form.getlist("seen")), **form.told(found.kind), by=me)
    except Stale as moved:
        raise RuleBroken(MOVED) from moved
    told(say("%(n)s stay, %(out)s drop out", n=len(lines) - len(drops), out=len(drops)))
    return go("cultivation.yearly_list", list_id=made.id)


def _lines(found: YearlyList, me: User) -> list[Line] | None:
    """Everybody on the list, with what was typed or else what is proposed; None when some are beyond his reach."""
    still = (ListMember.list_id == found.id, ListMember.until_on.is_(None))
    query = select(ListMember.from_on, Enterprise).join(Enterprise, Enterprise.id == ListMember.enterprise_id)
    query = query.join(YearlyList, YearlyList.id == ListMember.list_id).where(*still)
    rows = db.session.execute(query.where(list_queries.members_edited_by(me)).order_by(Enterprise.sort_key)).all()
    if len(rows) != db.session.scalar(select(func.count()).select_from(ListMember).where(*still)):
        return None
    reached = _figures([firm.id for _since, firm in rows])
    return [_line(found, firm, since, reached.get(firm.id, set())) for since, firm in rows]


def _line(found: YearlyList, firm: Enterprise, since: Any, figures: set[str]) -> Line:
    in_zone = firm.standing == Standing.ACTIVE
    proposed = yearly.leaves(list_kinds()[found.kind], in_zone=in_zone, figures=figures)
    if request.method == "POST":
        stays, typed = (
            str(firm.id) in request.form.getlist("stay"),
            request.form.get(f"why-{firm.id}", "").strip()[:240],
        )
        return Line(firm, since, stays, proposed if typed == str(yearly.reason_words(proposed)) else typed)
    return Line(firm, since, not proposed, proposed)


def _figures(firms: Sequence[int]) -> dict[int, set[str]]:
    """By firm the head figures it counts in today."""
    today, span = clock.today(), TrackSpan
    holds = (span.from_on <= today, span.until_on.is_(None) | (span.until_on > today), span.figure != "")
    found: dict[int, set[str]] = {}
    rows: Any = read(select(span.enterprise_id, span.figure).where(among(span.enterprise_id, firms), *holds))
    for firm, figure in rows:
        found.setdefault(firm, set()).add(figure)
    return found
