"""Tier or territory of many enterprises at once: choose, check, save."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import HiddenField, SelectField

from crm.accounts import User, requires, signed_in
from crm.core.db import db
from crm.core.forms import Form
from crm.core.typed import ids_from
from crm.core.web import nothing_ticked, page
from crm.core.words import say
from crm.desk import cells
from crm.desk.cells import Edit
from crm.desk.enterprise_rows import matching_ids
from crm.desk.table_saving import MOST, check_page
from crm.desk.views import bp
from crm.enterprises import units
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.permissions import Permission
from crm.tiers import words

UNCHANGED = "="


class SetManyForm(Form):
    tier = SelectField(_l("Tier"))
    territory = SelectField(_l("Territory"))
    ids = HiddenField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        keep = (UNCHANGED, say("Leave as it is"))
        self.tier.choices = [keep, ("", say("No tier")), *words.tier_choices()]
        self.territory.choices = [keep, ("", say("None")), *units.territories()]


@bp.route("/enterprises/set-many", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def set_many() -> ResponseReturnValue:
    """Tier or territory of the ticked rows, or of all that match: choose, check, save."""
    if empty := nothing_ticked("desk.enterprises"):
        return empty
    me, form = signed_in(), SetManyForm()
    if not form.is_submitted():
        form.ids.data = ",".join(map(str, _ids(me)))
        form.tier.data = form.territory.data = UNCHANGED
    ids = ids_from((form.ids.data or "").split(","))[:MOST]
    editable = select(Enterprise.id, Enterprise.name).where(
        Enterprise.id.in_(ids), within(me, Permission.ENTERPRISE_EDIT)
    )
    names = dict(db.session.execute(editable.order_by(Enterprise.sort_key, Enterprise.id)).all())
    if not names:
        abort(404)
    if form.validate_on_submit():
        if edits := _set_edits(form, names, me):
            return check_page(edits, url_for("desk.enterprises"))
        form.refuse(say("Choose what is to change: these enterprises have it already"))
    return page("desk/set_many.html", form, names=names, others=len(set(ids)) - len(names), most=MOST)


def _ids(me: User) -> list[int]:
    if request.args.get("all"):
        ids, *_ = matching_ids(me, request.args, Permission.ENTERPRISE_EDIT)
        return list(db.session.scalars(ids.limit(MOST)))
    return ids_from(request.args.getlist("id")[:MOST])


def _set_edits(form: SetManyForm, names: dict[int, str], me: User) -> list[Edit]:
    wanted = {key: form[key].data for key in ("tier", "territory") if form[key].data != UNCHANGED}
    edits = []
    for row_id, now in cells.of(list(names), me).items():
        if changes := {key: [now[key], text] for key, text in wanted.items() if now[key] != text}:
            edits.append(Edit(row_id, names[row_id], changes))
    return edits
