"""Duties of a person: give one, end one."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue

from crm.accounts import queries, services
from crm.accounts.access import requires, signed_in
from crm.accounts.models import Post, Unit, User
from crm.accounts.people_forms import PostForm
from crm.accounts.views.people import person_page
from crm.accounts.views.room import bp
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, told
from crm.core.words import say
from crm.permissions import Permission


@bp.post("/people/<int:person_id>/posts")
@requires(Permission.PEOPLE_EDIT, confirmed=True)
def give_post(person_id: int) -> ResponseReturnValue:
    person = queries.load_person(person_id, signed_in(), Permission.PEOPLE_EDIT)
    form = PostForm(queries.all_units())
    if form.validate_on_submit():
        with form.showing(RuleBroken):
            return _given(form, person)
    return person_page(person, form)


def _given(form: PostForm, person: User) -> ResponseReturnValue:
    with writing():
        services.give_post(
            person, role=form.as_role, unit=db.session.get_one(Unit, form.unit_id.data), domain=form.as_domain,
            since=form.since.data, until=form.until.data, by=signed_in(),
        )  # fmt: skip
        told(say("The duty is given; %(name)s signs in anew", name=person.name))
    return go("accounts.person", person_id=person.id)


@bp.post("/people/<int:person_id>/posts/<int:post_id>/end")
@requires(Permission.PEOPLE_EDIT, confirmed=True)
def end_post(person_id: int, post_id: int) -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    person = queries.load_person(person_id, me, Permission.PEOPLE_EDIT)
    post = db.session.get(Post, post_id)
    if post is None or post.user_id != person.id:
        abort(404)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            services.end_post(post, by=me)
            told(say("The duty has ended"))
            return go("accounts.person", person_id=person_id)
    refused = PostForm(queries.all_units(), formdata=None)
    refused.repeat(form)
    return person_page(person, refused)
