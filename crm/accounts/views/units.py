"""The unit tree: one page, add, edit and move, close."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import queries, services
from crm.accounts.access import requires, signed_in
from crm.accounts.models import Unit, UnitKind
from crm.accounts.people_forms import UnitForm
from crm.accounts.views.room import bp
from crm.core import compare
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import ButtonForm
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import say
from crm.permissions import Permission


@bp.get("/units")
@requires(Permission.UNITS_EDIT)
def units() -> ResponseReturnValue:
    with_closed = "closed" in request.args
    tree, people = queries.all_units(closed=with_closed), queries.people_by_unit()
    return page("accounts/units.html", units=tree, depth=queries.depth, people=people, with_closed=with_closed)


@bp.route("/units/new", methods=["GET", "POST"])
@requires(Permission.UNITS_EDIT, confirmed=True)
def add_unit() -> ResponseReturnValue:
    form = UnitForm(queries.all_units())
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            parent = db.session.get_one(Unit, form.parent_id.data)
            made = services.add_unit(parent=parent, by=signed_in(), **form.values())
            told(say("%(name)s has been added", name=made.name))
            return go("accounts.units")
    if not form.is_submitted():
        form.parent_id.data = id_from(request.args.get("parent")) or queries.root().id
        form.kind.data = UnitKind.SECTION
    return page("accounts/unit_form.html", form, unit=None)


@bp.route("/units/<int:unit_id>/edit", methods=["GET", "POST"])
@requires(Permission.UNITS_EDIT, confirmed=True)
def edit_unit(unit_id: int) -> ResponseReturnValue:
    unit = queries.load_unit(unit_id)
    form = _form(unit)
    if form.is_submitted():
        compare.keep_chosen(form, _form(unit, formdata=None))
    else:
        form.remember(form.typed(), unit.version)
    if form.validate_on_submit():
        try:
            with form.showing(RuleBroken):
                return _saved(form, unit)
        except Stale:
            return _compared(form, unit)
    return page("accounts/unit_form.html", form, unit=unit, button=ButtonForm(formdata=None))


def _form(unit: Unit, **kwargs: Any) -> UnitForm:
    form = UnitForm(_may_stand_below(unit), obj=unit, **kwargs)
    if unit.kind == UnitKind.ROOT:
        form.be_for_root()
    return form


def _may_stand_below(unit: Unit) -> list[Unit]:
    """Every unit outside its own subtree, its present place included even when that is closed."""
    return [u for u in queries.all_units(closed=True)
            if not u.path.startswith(unit.path) and (u.closed_on is None or u.id == unit.parent_id)]  # fmt: skip


def _saved(form: UnitForm, unit: Unit) -> ResponseReturnValue:
    with writing():
        parent = db.session.get_one(Unit, form.parent_id.data) if form.parent_id else None
        services.edit_unit(unit, version=form.seen, parent=parent, by=signed_in(), **form.values())
        told(say("Saved"))
    return go("accounts.units")


def _compared(form: UnitForm, unit: Unit) -> ResponseReturnValue:
    saved, them = _form(unit, formdata=None), queries.last_editor("unit", unit.id)
    return compare.ask(form, compare.rows_of(form, saved), theirs=saved.typed(), version=unit.version,
                       name=unit.name, them=them, back=url_for("accounts.units"))  # fmt: skip


@bp.post("/units/<int:unit_id>/close")
@requires(Permission.UNITS_EDIT, confirmed=True)
def close_unit(unit_id: int) -> ResponseReturnValue:
    unit, form = queries.load_unit(unit_id), ButtonForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.close_unit(unit, by=signed_in())
            told(say("%(name)s is closed", name=unit.name))
            return go("accounts.units")
    edit = UnitForm(_may_stand_below(unit), formdata=None, obj=unit)
    edit.repeat(form)
    return page("accounts/unit_form.html", edit, status=422, unit=unit, button=form)


@bp.post("/units/<int:unit_id>/reopen")
@requires(Permission.UNITS_EDIT, confirmed=True)
def reopen_unit(unit_id: int) -> ResponseReturnValue:
    unit, form = queries.load_unit(unit_id), ButtonForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.reopen_unit(unit, by=signed_in())
            told(say("%(name)s is open again", name=unit.name))
    return go("accounts.units", closed="1")
