"""催走访: commissioners of the ticked firms are asked to go there; names and counts for the group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.accounts.models import Unit
from crm.core import clock
from crm.core.db import db, read, writing
from crm.core.forms import ButtonForm
from crm.core.shown import day
from crm.core.typed import ids_from
from crm.core.web import go_to, page, safe_next, told
from crm.core.words import _
from crm.desk.enterprise_rows import matching_ids
from crm.desk.views import bp
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import within
from crm.enterprises.serving_models import Assignment
from crm.followups import chasing
from crm.followups.many_views import asked_words
from crm.permissions import Permission

MOST = 200


@bp.route("/enterprises/chase", methods=["GET", "POST"])
@requires(Permission.ASSIGN_FIRST)
def chase_visits() -> ResponseReturnValue:
    """The page first says who is asked about which firm, and which were asked about too recently."""
    me, form = signed_in(), ButtonForm()
    firms = _chosen(me)
    if form.validate_on_submit():
        with writing():
            asked = chasing.visits(firms, by=me)
        told(asked_words(asked))
        return go_to(_back())
    last = chasing.last_asked(chasing.ENTERPRISE, [firm.id for firm in firms])
    ready = chasing.may_ask_again(last, clock.today())
    notes = {
        firm: _("asked on %(day)s, not again yet", day=day(asked)) for firm, asked in last.items() if firm not in ready
    }
    return page("desk/chase_visits.html", form, firms=firms, people=_served(firms), notes=notes, back=_back())


@bp.get("/enterprises/names")
@requires(Permission.ASSIGN_FIRST)
def visit_names() -> ResponseReturnValue:
    firms = _chosen(signed_in())
    return page("followups/names.html", text=group_text(firms), back=_back())


def group_text(firms: Sequence[Enterprise]) -> str:
    """By unit and commissioner, in fixed order: which firms wait for a visit."""
    people = _served(firms)
    of_one: dict[tuple[str, str], list[str]] = defaultdict(list)
    for firm in firms:
        of_one[people.get(firm.id, ("", _("Nobody serves it")))].append(firm.called)
    lines = [
        _("%(name)s: %(n)s enterprises: %(firms)s", name=name, n=len(names), firms="、".join(names))
        for (_unit, name), names in sorted(of_one.items())
    ]
    return "\n".join([_("These enterprises wait for a visit:"), *lines, _("%(n)s enterprises in all", n=len(firms))])


def _chosen(me: User) -> Sequence[Enterprise]:
    """The ticked firms, or with `all=1` the first so many that match, within reach; 404 when none is left."""
    ids = ids_from(request.values.getlist("id")[:MOST])
    if request.method == "GET" and request.args.get("all"):
        matching, *_more = matching_ids(me, request.args, Permission.ASSIGN_FIRST)
        ids = list(db.session.scalars(matching.limit(MOST)))
    mine = (Enterprise.id.in_(ids), Enterprise.standing == Standing.ACTIVE, within(me, Permission.ASSIGN_FIRST))
    firms = db.session.scalars(select(Enterprise).where(*mine).order_by(Enterprise.sort_key, Enterprise.id)).all()
    return firms or abort(404)


def _served(firms: Sequence[Enterprise]) -> dict[int, tuple[str, str]]:
    """Firm → (unit's path, commissioner's name) of those somebody serves."""
    rows = read(
        select(Assignment.enterprise_id, Unit.path, User.name)
        .join(User, User.id == Assignment.commissioner_id)
        .join(Unit, Unit.id == User.unit_id)
        .where(Assignment.enterprise_id.in_([firm.id for firm in firms]), Assignment.ended_on.is_(None))
    )
    return {row.enterprise_id: (row.path, row.name) for row in rows}


def _back() -> str:
    if asked := request.values.get("back"):
        return safe_next(asked, url_for("desk.enterprises"))
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in ("id", "all")]
    return f"{url_for('desk.enterprises')}?{urlencode(kept)}" if kept else url_for("desk.enterprises")
