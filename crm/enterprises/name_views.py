"""Other names of an enterprise, and the fields the bureau keeps of its own."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import requires, signed_in
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import say
from crm.enterprises import extras, other_names
from crm.enterprises.forms import EXTRA_KINDS, ExtraFieldForm, NameForm
from crm.enterprises.models import EnterpriseName, ExtraField
from crm.enterprises.queries import load
from crm.permissions import Permission


def install(bp: Blueprint) -> None:
    """Hang these pages on the room's blueprint."""
    both = ["GET", "POST"]
    bp.add_url_rule("/enterprises/<int:enterprise_id>/names", "names", names, methods=both)
    bp.add_url_rule(
        "/enterprises/<int:enterprise_id>/names/<int:name_id>/remove", "remove_name", remove_name, methods=["POST"]
    )
    bp.add_url_rule("/admin/extra-fields", "extra_fields", extra_fields, methods=both)
    bp.add_url_rule("/admin/extra-fields/<int:field_id>", "extra_field", extra_field, methods=both)
    bp.add_url_rule("/admin/extra-fields/<int:field_id>/retire", "retire_extra_field", retire, methods=["POST"])


@requires(Permission.ENTERPRISE_EDIT)
def names(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise, form = load(enterprise_id, me, Permission.ENTERPRISE_EDIT), NameForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            other_names.add_name(enterprise, name=form.name.data or "", kind=form.kind.data, by=me)
            told(say("The enterprise is found by this name too"))
            return go("enterprises.names", enterprise_id=enterprise.id)
    return page("enterprises/names.html", form, enterprise=enterprise, button=ButtonForm(formdata=None))


@requires(Permission.ENTERPRISE_EDIT)
def remove_name(enterprise_id: int, name_id: int) -> ResponseReturnValue:
    me = signed_in()
    enterprise = load(enterprise_id, me, Permission.ENTERPRISE_EDIT)
    row = db.session.get(EnterpriseName, name_id)
    if row is None or row.enterprise_id != enterprise.id:
        abort(404)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        other_names.remove_name(row, enterprise, by=me)
        told(say("The name is removed"))
    return go("enterprises.names", enterprise_id=enterprise.id)


@requires(Permission.SETTINGS, confirmed=True)
def extra_fields() -> ResponseReturnValue:
    form = ExtraFieldForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            extras.add_field(label=form.label.data or "", kind=form.kind.data, choices=form.lines(), by=signed_in())
            told(say("The field is there: it can be filled, filtered and exported"))
            return go("enterprises.extra_fields")
    order = (ExtraField.retired_on.is_not(None), ExtraField.sort, ExtraField.id)
    known = db.session.scalars(select(ExtraField).order_by(*order)).all()
    return page("enterprises/extra_fields.html", form, fields=known, button=ButtonForm(formdata=None))


@requires(Permission.SETTINGS, confirmed=True)
def extra_field(field_id: int) -> ResponseReturnValue:
    field = db.session.get(ExtraField, field_id) or abort(404)
    form = ExtraFieldForm(obj=field)
    if field.kind in extras.OF_WORDS:
        form.kind.choices = [choice for choice in EXTRA_KINDS if choice.value in extras.OF_WORDS]
    else:
        del form.kind
    if field.kind != "choice":
        del form.choices
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            extras.change_field(
                field, label=form.label.data or "", choices=form.lines(),
                kind=form.kind.data if form.kind else "", by=signed_in(),
            )  # fmt: skip
            told(say("Saved"))
            return go("enterprises.extra_fields")
    return page("enterprises/extra_field.html", form, field_row=field)


@requires(Permission.SETTINGS, confirmed=True)
def retire(field_id: int) -> ResponseReturnValue:
    field = db.session.get(ExtraField, field_id) or abort(404)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        is_back = field.retired_on is not None
        extras.retire_field(field, by=signed_in(), again=is_back)
        told(
            say("%(label)s is in use again", label=field.label)
            if is_back
            else say("%(label)s is no longer shown", label=field.label)
        )
    return go("enterprises.extra_fields")
