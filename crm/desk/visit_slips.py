"""走访单: half a sheet to take along: whom to call, what was said last, what is open, and lines to write on."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import read
from crm.core.typed import id_from
from crm.core.web import page
from crm.desk.enterprise_rows import lines, matching_ids
from crm.desk.views import bp
from crm.enterprises import filters
from crm.enterprises.models import Enterprise
from crm.enterprises.phones import masked_all
from crm.followups.models import Followup, FollowupState
from crm.permissions import Permission
from crm.visits.models import Visit, VisitState

MOST = 100


@bp.get("/visits/slips")
@requires(Permission.ENTERPRISE_VIEW)
def visit_slips() -> ResponseReturnValue:
    """Of the ticked enterprises, with `all` of those that match, or of my own; phones in full for those I serve."""
    me, args = signed_in(), request.args
    wanted = filters.chosen(me, args, Permission.ENTERPRISE_VIEW)
    if not args.get("id") and not args.get("all"):
        wanted = matching_ids(me, type(args)([("commissioner", "me")]), Permission.ENTERPRISE_VIEW)[0]
    query = select(Enterprise.id).where(Enterprise.id.in_(wanted)).order_by(Enterprise.sort_key, Enterprise.id)
    ids = read(query.limit(MOST + 1)).scalars().all()
    shown = ids[:MOST]
    return page(
        "desk/visits/slips.html",
        firms=lines(shown, me, with_extras=False), last=_last(shown), promised=_open(shown),
        bureau_name=bureau("bureau_name"),
        masked=masked_all, is_cut=len(ids) > MOST, most=MOST, today_is=clock.today(),
        one=id_from(args.get("id")) if len(args.getlist("id")) == 1 else None,
    )  # fmt: skip


def _last(ids: Sequence[int]) -> dict[int, object]:
    """The newest visit of each enterprise, calls and messages left out, as the list tells it."""
    columns = (Visit.enterprise_id, Visit.visited_on, Visit.kind, Visit.text, Visit.met)
    query = select(*columns).where(Visit.enterprise_id.in_(ids), Visit.state == VisitState.DONE, Visit.counts)
    return {row.enterprise_id: row for row in read(query.order_by(Visit.visited_on, Visit.id)).all()}


def _open(ids: Sequence[int]) -> dict[int, list[object]]:
    columns = (Followup.enterprise_id, Followup.text, Followup.due_on, Followup.kind)
    query = select(*columns).where(Followup.enterprise_id.in_(ids), Followup.state == FollowupState.OPEN)
    found: dict[int, list[object]] = {}
    for row in read(query.order_by(Followup.due_on, Followup.id)).all():
        found.setdefault(row.enterprise_id, []).append(row)
    return found
