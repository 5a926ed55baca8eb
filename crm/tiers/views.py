"""Pages about tier and titles of one enterprise."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import requires, signed_in
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import _, say
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load
from crm.permissions import Permission
from crm.tiers import services
from crm.tiers.forms import TierForm, TitleForm
from crm.tiers.models import TitleHeld
from crm.tiers.words import title_word

bp = Blueprint("tiers", __name__)


@bp.route("/enterprises/<int:enterprise_id>/tier", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def set_tier(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise, form = load(enterprise_id, me, Permission.ENTERPRISE_EDIT), TierForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            tier, note = form.tier.data or None, form.note.data or ""
            services.set_tier(enterprise, tier, by=me, on=form.on.data, note=note)
            told(say("The tier is set"))
            return _back(enterprise)
    if not form.is_submitted():
        form.tier.data = enterprise.tier or ""
    return page("tiers/tier.html", form, enterprise=enterprise)


@bp.route("/enterprises/<int:enterprise_id>/titles/new", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def add_title(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise, form = load(enterprise_id, me, Permission.ENTERPRISE_EDIT), TitleForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.give_title(
                enterprise, form.title.data, by=me, from_on=form.from_on.data, until_on=form.until_on.data,
                certificate_no=form.certificate_no.data or "",
            )  # fmt: skip
            told(say("The title is added"))
            return _back(enterprise)
    return page("tiers/title.html", form, enterprise=enterprise, title=_("Add a title"), row=None)


@bp.route("/enterprises/<int:enterprise_id>/titles/<int:title_id>", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def edit_title(enterprise_id: int, title_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ENTERPRISE_EDIT)
    row = _row(enterprise, title_id)
    form = TitleForm(obj=row)
    del form.title
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.change_title(
                row, by=me, from_on=form.from_on.data, until_on=form.until_on.data,
                certificate_no=form.certificate_no.data or "",
            )  # fmt: skip
            told(say("Saved"))
            return _back(enterprise)
    return page(
        "tiers/title.html", form, enterprise=enterprise, title=title_word(row.title), row=row, button=ButtonForm()
    )


@bp.post("/enterprises/<int:enterprise_id>/titles/<int:title_id>/remove")
@requires(Permission.ENTERPRISE_EDIT)
def remove_title(enterprise_id: int, title_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ENTERPRISE_EDIT)
    row = _row(enterprise, title_id)
    _pressed()
    with writing():
        services.remove_title(row, by=me)
    undo = url_for("tiers.restore_title", enterprise_id=enterprise.id, title_id=row.id)
    told(say("The title is removed"), undo=undo)
    return _back(enterprise)


@bp.post("/enterprises/<int:enterprise_id>/titles/<int:title_id>/restore")
@requires(Permission.ENTERPRISE_EDIT)
def restore_title(enterprise_id: int, title_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ENTERPRISE_EDIT)
    row = _row(enterprise, title_id, removed=True)
    _pressed()
    with writing():
        services.restore_title(row, by=me)
        told(say("The title is back"))
    return _back(enterprise)


def _row(enterprise: Enterprise, title_id: int, *, removed: bool = False) -> TitleHeld:
    row = db.session.get(TitleHeld, title_id)
    if row is None or row.enterprise_id != enterprise.id or (row.removed_on is not None) != removed:
        abort(404)
    return row


def _pressed() -> None:
    if not ButtonForm().validate_on_submit():
        abort(400)


def _back(enterprise: Enterprise) -> ResponseReturnValue:
    return go("desk.enterprise", enterprise_id=enterprise.id, tab="tiers")
