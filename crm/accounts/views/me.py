"""My own page: what is known of me, how I like the pages, password, sessions."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from crm.accounts import devices, passwords, services, sessions, throttle
from crm.accounts import preferences as taste
from crm.accounts.access import everyone, must_be_confirmed, signed_in
from crm.accounts.forms import ChangePasswordForm, PreferencesForm, ReachForm
from crm.accounts.models import User
from crm.accounts.queries import load_session
from crm.accounts.views.room import bp
from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, is_fragment, page, safe_next, told
from crm.core.words import say


@bp.get("/me")
@everyone
def me() -> ResponseReturnValue:
    return page("accounts/me.html", person=signed_in())


@bp.route("/me/reach", methods=["GET", "POST"])
@everyone
def reach() -> ResponseReturnValue:
    """My own number and address; the present password stands for me."""
    me = signed_in()
    form = ReachForm(obj=me)
    if form.validate_on_submit() and _is_really(me, form):
        with form.showing(RuleBroken), writing():
            reach = {"mobile": form.mobile.data, "email": form.email.data}
            if not (any(reach.values()) or me.staff_no):
                raise RuleBroken(say("Keep one of the two: you sign in with it"), "mobile")
            services.edit_person(me, version=int(form.version.data or 0), by=me, **reach)
            told(say("Saved"))
            return go("accounts.me")
    return page("accounts/reach.html", form)


@bp.get("/me/security")
@everyone
def security() -> ResponseReturnValue:
    me = signed_in()
    return page("accounts/security.html", person=me, sessions=sessions.open_of(me.id))


@bp.route("/me/password", methods=["GET", "POST"])
@everyone
def password() -> ResponseReturnValue:
    me, form = signed_in(), ChangePasswordForm()
    if form.validate_on_submit() and form.fits(me) and _is_really(me, form):
        fresh = passwords.hashed(form.password.data or "")
        with form.showing(RuleBroken), writing():
            services.change_password(me, password_hash=fresh, by=me, keep=me.sign_in.id)
            told(say("The new password holds from now on; your other devices are signed out"))
            return go("accounts.security")
    return page("accounts/password.html", form)


def _is_really(me: User, form: ChangePasswordForm | ReachForm) -> bool:
    """Does the present password fit? Guessing is slowed here as at the door."""
    with writing():
        attempt = throttle.begin(me, device=devices.known_as(me))
    if attempt.wait:
        form.refuse(attempt.advice)
    elif not passwords.matches(me, form.current_password.data or ""):
        form.refuse(say("The password is not right"), "current_password")
    else:
        with writing():
            throttle.forget(attempt)
    return not form.is_refused


@bp.post("/me/sessions/<int:session_id>/end")
@everyone
def end_session(session_id: int) -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    if form.validate_on_submit():
        sign_in = load_session(session_id, me)
        with writing():
            sessions.end(sign_in, "ended by hand")
        told(say("That device is signed out"))
    return go("accounts.security")


@bp.post("/me/sessions/end-others")
@everyone
def end_other_sessions() -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    must_be_confirmed(me)
    if form.validate_on_submit():
        with writing():
            sessions.end_all(me.id, "ended by hand", but=me.sign_in.id)
        told(say("All other devices are signed out"))
    return go("accounts.security")


@bp.post("/preferences")
@everyone
def preferences() -> ResponseReturnValue:
    """One choice of appearance or language at a time; back to the page it was made on."""
    me, form = signed_in(), PreferencesForm()
    if form.validate_on_submit():
        with writing():
            taste.choose(me, form.chosen)
    return Response(status=204) if is_fragment() else go(safe_next(form.next.data))
