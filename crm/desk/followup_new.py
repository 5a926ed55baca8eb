"""A follow-up made by hand: from the enterprise file, or from a day of the calendar, where the firm is chosen first."""

from __future__ import annotations

from datetime import date, timedelta

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.typed import id_from
from crm.core.web import go, go_to, page, safe_next, told
from crm.core.words import _, say
from crm.desk import visit_queries
from crm.desk.views import bp
from crm.enterprises import serving_queries
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of, load, within
from crm.followups import services
from crm.followups.forms import NewForm
from crm.permissions import Permission
from crm.visits import queries as visits
from crm.workdays.queries import calendar
from crm.workdays.words import counted


@bp.route("/followups/new", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def new_followup() -> ResponseReturnValue:
    me = signed_in()
    wanted = id_from(request.args.get("enterprise"))
    if wanted is None:
        return _choose(me)
    firm = load(wanted, me, Permission.ENTERPRISE_EDIT)
    form = NewForm(_owners(firm, me), _day_asked_for())
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            owner = db.session.get_one(User, int(form.owner.data))
            made = services.add(
                firm, owner=owner, text=form.followup_text.data or "", due_on=form.followup_on.data, by=me,
                kind=form.kind.data, origin=_origin(firm, me), at=form.at.data,
            )  # fmt: skip
            told(say("Follow-up made for %(day)s", day=counted(made.due_on)))
            back = safe_next(request.args.get("back"), "")
            return go_to(back) if back else go("desk.enterprise", enterprise_id=firm.id)
    return page("desk/new_followup.html", form, enterprise=firm)


def _origin(firm: Enterprise, me: User) -> tuple[str, int] | None:
    """The visit to this firm on whose page one pressed the button."""
    if (wanted := id_from(request.args.get("visit"))) is None:
        return None
    visit = visits.load(wanted, me)
    return ("visit", visit.id) if visit.enterprise_id == firm.id else None


def _day_asked_for() -> date:
    """The day of the calendar from which one came, else in a week; never a day that has passed."""
    today = clock.today()
    try:
        asked = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        asked = today + timedelta(days=7)
    return calendar().roll(max(asked, today)).on


def _choose(me: User) -> ResponseReturnValue:
    """Firms as chips and by search, as far as this person may promise something there."""
    typed = request.args.get("q", "").strip()
    found = visit_queries.found(typed) if typed else None
    groups = visit_queries.suggested(me, clock.today())
    mine = _mine_among([row.id for row in (*(found or ()), *groups.due, *groups.recent, *groups.mine)], me)
    shown = {name: [row for row in rows if row.id in mine] for name, rows in vars(groups).items()}
    found = None if found is None else [row for row in found if row.id in mine]
    return page("desk/choose_firm.html", typed=typed, found=found, groups=shown, asked=_asked())


def _mine_among(ids: list[int], me: User) -> set[int]:
    editable = select(Enterprise.id).where(Enterprise.id.in_(ids), within(me, Permission.ENTERPRISE_EDIT))
    return set(db.session.scalars(editable))


def _asked() -> dict[str, str]:
    return {key: request.args[key] for key in ("on", "back") if request.args.get(key)}


def _owners(firm: Enterprise, me: User) -> list[tuple[str, str]]:
    """Myself, the commissioner, the deputies: each once."""
    found: list[User] = []
    if serving := commissioner_of(firm.id):
        deputies = serving_queries.deputies_on(firm.id, clock.today(), serving.commissioner_id)
        found = [serving.commissioner, *(row.deputy for row in deputies)]
    people = {p.id: p for p in found if p.active and p.id != me.id}
    return [(str(me.id), _("Myself")), *((str(p.id), f"{p.name}（{p.unit.name}）") for p in people.values())]
