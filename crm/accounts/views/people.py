"""People: the list, one person, add, edit, take back."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import invitations, people_list, queries, services, sessions, ties
from crm.accounts.access import requires, signed_in
from crm.accounts.models import Unit, User
from crm.accounts.people_forms import PersonForm, PostForm
from crm.accounts.views.room import bp
from crm.core import compare
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.forms import ButtonForm
from crm.core.typed import id_from
from crm.core.web import go, page, told
from crm.core.words import say
from crm.permissions import Permission


@bp.get("/people")
@requires(Permission.PEOPLE_VIEW)
def people() -> ResponseReturnValue:
    return page("accounts/people.html", listing=people_list.listing(signed_in(), request.args))


@bp.get("/people/<int:person_id>")
@requires(Permission.PEOPLE_VIEW)
def person(person_id: int) -> ResponseReturnValue:
    return person_page(queries.load_person(person_id, signed_in()), PostForm(queries.all_units()))


def person_page(person: User, form: PostForm) -> ResponseReturnValue:
    """One person: data, duties (with the form for a new one), what he holds, his sessions."""
    me = signed_in()
    invited = invitations.open_for([person.id]).get(person.id)
    return page(
        "accounts/person.html", form, person=person, held=ties.held_by(person),
        sessions=sessions.open_of(person.id) if me.may(Permission.PEOPLE_EDIT) else [],
        access=people_list.access(person, invited),
        may_edit=queries.may_on(me, Permission.PEOPLE_EDIT, person),
        may_invite=person.active and queries.may_on(me, Permission.INVITE, person),
    )  # fmt: skip


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def add_person() -> ResponseReturnValue:
    form = PersonForm(queries.all_units())
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            made = _added(form)
            told(say("%(name)s has been added; access comes with an invitation", name=made.name))
            return go("accounts.person", person_id=made.id)
    if not form.is_submitted():
        form.unit_id.data = id_from(request.args.get("unit"))
    return page("accounts/person_form.html", form, person=None)


def _added(form: PersonForm) -> User:
    values = form.values()
    unit = db.session.get_one(Unit, values.pop("unit_id"))
    return services.add_person(unit=unit, by=signed_in(), **values)


@bp.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.PEOPLE_EDIT, confirmed=True)
def edit_person(person_id: int) -> ResponseReturnValue:
    person = queries.load_person(person_id, signed_in(), Permission.PEOPLE_EDIT)
    form = PersonForm(_units_for(person), obj=person)
    if form.is_submitted():
        compare.keep_chosen(form, _as_saved(person))
    else:
        form.remember(form.typed(), person.version)
    if form.validate_on_submit():
        try:
            with form.showing(RuleBroken):
                return _saved(form, person)
        except Stale:
            return _compared(form, person)
    return page("accounts/person_form.html", form, person=person)


def _units_for(person: User) -> list[Unit]:
    return [u for u in queries.all_units(closed=True) if u.closed_on is None or u.id == person.unit_id]


def _saved(form: PersonForm, person: User) -> ResponseReturnValue:
    with writing():
        services.edit_person(person, version=form.seen, by=signed_in(), **form.values())
        told(say("Saved"))
    return go("accounts.person", person_id=person.id)


def _compared(form: PersonForm, person: User) -> ResponseReturnValue:
    saved, them = _as_saved(person), queries.last_editor("user", person.id)
    return compare.ask(form, compare.rows_of(form, saved), theirs=saved.typed(), version=person.version,
                       name=person.label, them=them, back=url_for("accounts.people"))  # fmt: skip


def _as_saved(person: User) -> PersonForm:
    return PersonForm(_units_for(person), obj=person, formdata=None)


@bp.post("/people/<int:person_id>/reactivate")
@requires(Permission.PEOPLE_EDIT, confirmed=True)
def reactivate(person_id: int) -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    person = queries.load_person(person_id, me, Permission.PEOPLE_EDIT)
    if form.validate_on_submit():
        with writing():
            services.reactivate(person, by=me)
            told(say("%(name)s is back, without access and without duties", name=person.name))
    return go("accounts.person", person_id=person_id)


@bp.post("/people/<int:person_id>/sessions/end")
@requires(Permission.PEOPLE_EDIT)
def end_sessions(person_id: int) -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    person = queries.load_person(person_id, me, Permission.PEOPLE_EDIT)
    if form.validate_on_submit():
        with writing():
            sessions.end_all(person.id, "ended by an administrator")
            told(say("%(name)s is signed out everywhere", name=person.name))
    return go("accounts.person", person_id=person_id)
