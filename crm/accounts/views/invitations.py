"""Codes: type one, set a password by it; give one to a person or to many; ask for one oneself."""

from __future__ import annotations

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from crm import outbox
from crm.accounts import invitations, inviting, passwords, queries, services, sessions, slips
from crm.accounts.access import public, requires, signed_in
from crm.accounts.access_models import Invitation
from crm.accounts.forms import AcceptForm, ForgottenForm, InvitationCodeForm
from crm.accounts.models import User
from crm.accounts.people_forms import InviteForm
from crm.accounts.views.room import bp
from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.typed import ids_from
from crm.core.web import go, nothing_ticked, page, told
from crm.core.words import say
from crm.permissions import Permission
from crm.timeline import Program, record


@bp.route("/invitation", methods=["GET", "POST"])
@public
def invitation() -> ResponseReturnValue:
    """Type the code of a printed slip."""
    form = InvitationCodeForm()
    if form.validate_on_submit():
        if services.invitation(form.code.data or ""):
            return go("accounts.accept", code=(form.code.data or "").strip().upper())
        form.refuse(say("This code is unknown, used or too old. Check it, or ask for a new slip"), "code")
    return page("accounts/invitation.html", form)


@bp.route("/invitation/<code>", methods=["GET", "POST"])
@public
def accept(code: str) -> ResponseReturnValue:
    """Set a password by a one-time code; opening it changes nothing."""
    found = services.invitation(code)
    if found is None:
        return page("accounts/invitation_gone.html", status=404, has_mail=inviting.has_mail())
    form = AcceptForm(found.user)
    if form.validate_on_submit() and form.fits(found.user):
        fresh = passwords.hashed(form.password.data or "")
        with form.showing(RuleBroken):
            return _accepted(found, fresh, form.new_name)
    return page("accounts/accept.html", form, person=found.user, is_reset=found.purpose == "reset", code=code)


def _accepted(found: Invitation, fresh: str, new_name: dict[str, str]) -> ResponseReturnValue:
    """Who was invited is in at once; who had forgotten his password shows that he knows the new one."""
    with writing():
        user = services.accept(found, password_hash=fresh)
        if new_name:
            services.edit_person(user, version=user.version, by=user, **new_name)
        if found.purpose != "reset":
            sessions.begin(user)
    if found.purpose != "reset":
        return go("desk.home")
    told(say("The new password holds from now on. Sign in with it"))
    return go("accounts.sign_in")


@bp.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Ask for a reset mail: the answer is the same whoever asks for whom."""
    form = ForgottenForm()
    if form.validate_on_submit() and inviting.has_mail():
        user = queries.by_sign_in_name(form.name.data or "")
        with writing():
            _send_reset(user)
        return page("accounts/forgotten_sent.html")
    return page("accounts/forgotten.html", form, has_mail=inviting.has_mail())


def _send_reset(user: User | None) -> None:
    """At most three an hour; the record is written for known and unknown names alike."""
    record(None, "password.asked", by=Program("sign-in"), subject=("user", user.id) if user else None)
    if user is None or not user.active or not user.email or invitations.asked_too_often(user):
        return
    made = invitations.make(user, by=Program("sign-in"), lives=invitations.LINK_LIVES, purpose="reset")
    outbox.post(f"invitation|{made.id}", to=user, template="password_reset", params={"invitation": made.id})


@bp.route("/people/invite", methods=["GET", "POST"])
@requires(Permission.INVITE, confirmed=True)
def invite_many() -> ResponseReturnValue:
    """Check who gets a code, then give them all at once."""
    if empty := nothing_ticked("accounts.people"):
        return empty
    invitees = inviting.chosen(signed_in(), request.args)
    if not invitees:
        abort(404)
    form = InviteForm(by_mail=inviting.has_mail())
    ready = [each.person for each in invitees if each.obstacle is None]
    if form.validate_on_submit() and ready:
        with form.showing(RuleBroken):
            return _invited(form, ready)
    return page("accounts/invite.html", form, invitees=invitees, ready=len(ready), reachable=slips.is_reachable())


def _invited(form: InviteForm, people: list[User]) -> ResponseReturnValue:
    with writing():
        printed, mails = inviting.invite(people, by_mail=form.way.data == "mail", by=signed_in())
    if mails:
        told(say("%(n)s invitations are on their way by mail", n=mails))
    if not printed:
        return go("accounts.people")
    return go("accounts.print_slips", id=[made.id for made in printed])


@bp.get("/people/slips")
@requires(Permission.INVITE, confirmed=True)
def print_slips() -> ResponseReturnValue:
    """The slips just made, eight to a page; only who made them can print them, as long as they can be used."""
    ids = ids_from(request.args.getlist("id"))
    made = [found for each in inviting.printable(signed_in(), ids) if (found := slips.slip(each))]
    if not made:
        abort(404)
    return page("accounts/slips.html", slips=made, back=url_for("accounts.people"), reachable=slips.is_reachable(),
                address=slips.typing_address())  # fmt: skip
