"""复制汇报文字: the words of one visit, a day, a week or any filtered list, to be copied or selected."""

from __future__ import annotations

from datetime import timedelta

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from crm.accounts import requires, signed_in
from crm.core import clock
from crm.core.db import read
from crm.core.typed import id_from
from crm.core.web import door, page
from crm.core.words import _
from crm.desk import visit_rows
from crm.desk.views import bp
from crm.permissions import Permission
from crm.visits import retelling
from crm.visits.lines import lines
from crm.visits.models import Visit

MOST = 200


@bp.get("/visits/text")
@requires(Permission.VISIT_VIEW, Permission.VISIT_RECORD)
def visit_text() -> ResponseReturnValue:
    """`id` for one visit, else what the list's filters choose; by default my visits of today."""
    me, args = signed_in(), request.args
    today = clock.today()
    asked = args if any(args.values()) else MultiDict({"author": "me", "from": f"{today}", "to": f"{today}"})
    query = visit_rows.matching(me, asked)
    if (one := id_from(args.get("id"))) is not None:
        query = query.where(Visit.id == one)
    ids = read(query.order_by(Visit.visited_on.desc(), Visit.id.desc()).limit(MOST + 1)).scalars().all()
    text = retelling.of_visits(lines(ids[:MOST]))
    spans = _spans(asked, is_one=one is not None)
    return page("desk/visits/text.html", text=text, is_cut=len(ids) > MOST, most=MOST, spans=spans)


def _spans(asked: MultiDict[str, str], *, is_one: bool) -> list[tuple[str, str, bool]]:
    """(label, address, is it this page) of the usual spans, of my own visits."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    usual = [
        (_("Today"), today, today), (_("Yesterday"), today - timedelta(days=1), today - timedelta(days=1)),
        (_("This week"), monday, today), (_("Last week"), monday - timedelta(days=7), monday - timedelta(days=1)),
    ]  # fmt: skip
    here = (asked.get("author"), asked.get("from"), asked.get("to"))
    found, is_told = [], is_one
    for label, since, until in usual:
        is_here = not is_told and here == ("me", f"{since}", f"{until}")
        is_told = is_told or is_here  # on a Monday today is this week too: the first is meant
        found.append((label, f"{door('desk.visit_text')}?author=me&from={since}&to={until}", is_here))
    return found
