"""Contacts of an enterprise: add, change, make primary, remove, bring back, look at a masked number."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import requires, signed_in
from crm.core import compare
from crm.core.db import db, lock, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import ButtonForm
from crm.core.web import go, is_fragment, page, told
from crm.core.words import _, say
from crm.enterprises import contacts
from crm.enterprises.forms import ContactForm
from crm.enterprises.models import Contact, Enterprise
from crm.enterprises.queries import load, may
from crm.permissions import Permission
from crm.timeline import record


def _contact(enterprise: Enterprise, contact_id: int, *, removed: bool = False) -> Contact:
    found = db.session.get(Contact, contact_id)
    if found is None or found.enterprise_id != enterprise.id or (found.removed_on is not None) != removed:
        abort(404)
    return found


def install(bp: Blueprint) -> None:
    """Hang these pages on the room's blueprint."""
    base = "/enterprises/<int:enterprise_id>/contacts"
    bp.add_url_rule(f"{base}/new", "add_contact", add_contact, methods=["GET", "POST"])
    bp.add_url_rule(f"{base}/<int:contact_id>", "edit_contact", edit_contact, methods=["GET", "POST"])
    for act in (make_primary, remove_contact, restore_contact, reveal_contact):
        word = act.__name__.removesuffix("_contact").replace("_", "-")
        bp.add_url_rule(f"{base}/<int:contact_id>/{word}", act.__name__, act, methods=["POST"])


@requires(Permission.ENTERPRISE_EDIT)
def add_contact(enterprise_id: int) -> ResponseReturnValue:
    enterprise, form = load(enterprise_id, signed_in(), Permission.ENTERPRISE_EDIT), ContactForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            contacts.add(enterprise, by=signed_in(), **_typed(form))
            told(say("The contact is added"))
            return _back(enterprise)
    return page("enterprises/contact.html", form, enterprise=enterprise, title=_("Add a contact"))


@requires(Permission.ENTERPRISE_EDIT)
def edit_contact(enterprise_id: int, contact_id: int) -> ResponseReturnValue:
    """Only what differs from what the page had shown is written: what was masked there stays as it is."""
    enterprise = load(enterprise_id, signed_in(), Permission.ENTERPRISE_EDIT)
    contact = _contact(enterprise, contact_id)
    form = ContactForm() if ContactForm().is_submitted() else _as_shown(contact, enterprise)
    compare.keep_chosen(form, _as_shown(contact, enterprise))
    if form.validate_on_submit():
        try:
            with form.showing(RuleBroken):
                return _saved(form, contact, enterprise)
        except Stale:
            return _compared(form, contact, enterprise)
    return page("enterprises/contact.html", form, enterprise=enterprise, title=_("Change %(name)s", name=contact.name))


def _as_shown(contact: Contact, enterprise: Enterprise) -> ContactForm:
    """What is saved, phone and e-mail masked for who does not serve the firm."""
    form, signs = ContactForm(obj=contact, formdata=None), {}
    if not may(signed_in(), Permission.CONTACT_DIRECT, enterprise):
        signs = contacts.signs(contact)
        for key, text in contacts.hidden(contact).items():
            form._fields[key].data = text
    form.remember({**form.typed(), **signs}, 1)
    return form


def _saved(form: ContactForm, contact: Contact, enterprise: Enterprise) -> ResponseReturnValue:
    with writing():
        lock(enterprise)
        lock(contact)
        typed = _changed(form, _as_shown(contact, enterprise).shown)
        contacts.change(contact, enterprise, by=signed_in(), **typed)
        told(say("The contact is up to date"))
    return _back(enterprise)


def _changed(form: ContactForm, now: compare.Typed) -> compare.Typed:
    """The fields typed over what the page had shown; raises Stale when somebody changed one of them otherwise."""
    shown = {**now, **form.shown}
    typed = {key: text for key, text in _typed(form).items() if text.strip() != shown[key]}
    if any(compare.is_other(key, shown, now) and now[key] != text.strip() for key, text in typed.items()):
        raise Stale
    return typed


def _compared(form: ContactForm, contact: Contact, enterprise: Enterprise) -> ResponseReturnValue:
    saved, them = _as_shown(contact, enterprise), contacts.last_editor(contact)
    back = url_for("desk.enterprise", enterprise_id=enterprise.id, tab="contacts")
    return compare.ask(form, compare.rows_of(form, saved), theirs=saved.shown, version=1,
                       name=contact.name, them=them, back=back)  # fmt: skip


@requires(Permission.ENTERPRISE_EDIT)
def make_primary(enterprise_id: int, contact_id: int) -> ResponseReturnValue:
    enterprise = load(enterprise_id, signed_in(), Permission.ENTERPRISE_EDIT)
    contact = _contact(enterprise, contact_id)
    _pressed()
    with writing():
        contacts.make_primary(contact, enterprise, by=signed_in())
        told(say("%(name)s is the primary contact now", name=contact.name))
    return _back(enterprise)


@requires(Permission.ENTERPRISE_EDIT)
def remove_contact(enterprise_id: int, contact_id: int) -> ResponseReturnValue:
    enterprise = load(enterprise_id, signed_in(), Permission.ENTERPRISE_EDIT)
    contact = _contact(enterprise, contact_id)
    _pressed()
    with writing():
        contacts.remove(contact, enterprise, by=signed_in())
    undo = f"/enterprises/{enterprise.id}/contacts/{contact.id}/restore"
    told(say("%(name)s is removed", name=contact.name), undo=undo)
    return _back(enterprise)


@requires(Permission.ENTERPRISE_EDIT)
def restore_contact(enterprise_id: int, contact_id: int) -> ResponseReturnValue:
    enterprise = load(enterprise_id, signed_in(), Permission.ENTERPRISE_EDIT)
    contact = _contact(enterprise, contact_id, removed=True)
    _pressed()
    with writing():
        contacts.restore(contact, enterprise, by=signed_in())
        told(say("%(name)s is back", name=contact.name))
    return _back(enterprise)


@requires(Permission.CONTACT_REVEAL)
def reveal_contact(enterprise_id: int, contact_id: int) -> ResponseReturnValue:
    """Show a masked number to somebody who does not serve the firm; the look is recorded first."""
    enterprise = load(enterprise_id, signed_in(), Permission.CONTACT_REVEAL)
    contact = _contact(enterprise, contact_id)
    _pressed()
    with writing():
        subject = ("contact", contact.id)
        record(enterprise.id, "contact.revealed", by=signed_in(), subject=subject, name=contact.name)
    template = "enterprises/_revealed.html" if is_fragment() else "enterprises/revealed.html"
    back = url_for("desk.enterprise", enterprise_id=enterprise.id)
    crumbs = [(url_for("desk.enterprises"), _("Enterprises")), (back, enterprise.called)]
    return page(template, enterprise=enterprise, contact=contact, crumbs=crumbs, back=back)


def _pressed() -> None:
    """A button's form: without its token nothing happens."""
    if not ButtonForm().validate_on_submit():
        abort(400)


def _typed(form: ContactForm) -> dict[str, str]:
    return {key: form._fields[key].data or "" for key in contacts.FIELDS}


def _back(enterprise: Enterprise) -> ResponseReturnValue:
    return go("desk.enterprise", enterprise_id=enterprise.id, tab="contacts")
