"""Entering an enterprise, changing its facts, and the hints while one types."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in
from crm.accounts.models import Unit
from crm.core import compare
from crm.core.db import db, writing
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.enterprises import contact_views, editing, extras, merge_views, name_views, near, services, units
from crm.enterprises.facts import FACTS, shown
from crm.enterprises.forms import EnterpriseForm, enterprise_form
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load, may
from crm.permissions import Permission

bp = Blueprint("enterprises", __name__)


@bp.route("/enterprises/new", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_CREATE)
def add() -> ResponseReturnValue:
    me, fields = signed_in(), extras.fields()
    form = enterprise_form(fields)
    form.unit.choices = units.responsible(me)
    form.territory.choices = [("", "--"), *units.territories()]
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            made = _add(form, me)
            told(say("%(name)s is in the register", name=made.name))
            return go("desk.enterprise", enterprise_id=made.id)
    hints = near.hints(me, name=form.name.data or "", code=form.credit_code.data or "") if form.is_submitted() else []
    return page("enterprises/new.html", form, extras=fields, hints=hints)


def _add(form: EnterpriseForm, me: User) -> Enterprise:
    typed = form.typed()
    unit = db.session.get(Unit, int(typed["unit"])) or abort(404)
    why = editing.code_problem(typed["credit_code"])
    wrong = [Obstacle("credit_code", why)] if why else []
    if wrong:
        typed["credit_code"] = ""
    made = services.add_enterprise(name=typed["name"], unit=unit, credit_code=typed["credit_code"] or None, by=me)
    try:
        editing.change(made, typed, by=me, keeps_former=False)
    except RuleBroken as broken:  # a wrong code hides nothing else that is wrong
        raise RuleBroken([*wrong, *broken.obstacles]) from broken
    if wrong:
        raise RuleBroken(wrong)
    return made


@bp.get("/enterprises/near")
@requires(Permission.ENTERPRISE_CREATE, Permission.ENTERPRISE_EDIT)
def similar() -> ResponseReturnValue:
    """Firms of the same code or a near name, for the fragment under the name field."""
    name, code = request.args.get("name", "")[:160], request.args.get("credit_code", "")[:40]
    but = id_from(request.args.get("but")) or 0
    found = near.hints(signed_in(), name=name, code=code, but=but)
    return page(
        "enterprises/_near.html", hints=found, problem=editing.code_problem(code), offer=editing.code_offer(code)
    )


@bp.route("/enterprises/<int:enterprise_id>/edit", methods=["GET", "POST"])
@requires(Permission.ENTERPRISE_EDIT)
def edit(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ENTERPRISE_EDIT)
    fields = extras.fields()
    form = enterprise_form(fields)
    _offer_units(form, enterprise, me)
    if form.is_submitted():
        form.show(compare.resolved(form.typed(), form.shown, request.form))
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            try:
                return _save(form, enterprise, me)
            except Stale:
                return _compared(form, enterprise, fields)
    if not form.is_submitted():
        _fill(form, enterprise, fields)
    return page("enterprises/edit.html", form, enterprise=enterprise, extras=fields)


def _offer_units(form: EnterpriseForm, enterprise: Enterprise, me: User) -> None:
    """A commissioner keeps his firm's data; which unit answers for it, those above him decide."""
    form.territory.choices = [("", "--"), *units.territories()]
    if may(me, Permission.ENTERPRISE_CREATE, enterprise):
        form.unit.choices = units.responsible(me, and_now=enterprise.unit)
    else:
        del form.unit


def _fill(form: EnterpriseForm, enterprise: Enterprise, fields: list[extras.Extra]) -> None:
    known = _seen(enterprise, fields)
    form.show(known)
    form.remember(known, enterprise.version)


def _seen(enterprise: Enterprise, fields: list[extras.Extra]) -> editing.Typed:
    is_direct = may(signed_in(), Permission.CONTACT_DIRECT, enterprise)
    return editing.seen(enterprise, fields, is_direct=is_direct)


def _save(form: EnterpriseForm, enterprise: Enterprise, me: User) -> ResponseReturnValue:
    with writing():
        typed = editing.without_masked(form.typed(), form.shown)
        changes = editing.edit(enterprise, typed, version=form.seen, by=me, keeps_former=not form.mistyped.data)
        told(say("Saved") if changes else say("Nothing was changed"))
    return go("desk.enterprise", enterprise_id=enterprise.id, tab="basics")


def _compared(form: EnterpriseForm, enterprise: Enterprise, fields: list[extras.Extra]) -> ResponseReturnValue:
    """Somebody saved meanwhile: mine beside theirs; nothing typed is lost."""
    db.session.rollback()
    db.session.refresh(enterprise)
    labels: dict[str, Say | str] = {
        **{key: fact.label for key, fact in FACTS.items()},
        **{field.key: field.label for field in fields},
    }
    theirs = _seen(enterprise, fields)
    rows = compare.rows(form.shown, form.typed(), theirs, label=lambda key: labels.get(key, key), words=shown)
    return compare.ask(form, rows, theirs=theirs, version=enterprise.version, name=enterprise.called,
                       them=editing.last_editor(enterprise.id),
                       back=url_for("desk.enterprise", enterprise_id=enterprise.id))  # fmt: skip


contact_views.install(bp)
merge_views.install(bp)
name_views.install(bp)
