"""Signing in and out, accepting an invitation."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import passwords, queries, services, sessions
from crm.accounts.access import everyone, public, signed_in
from crm.accounts.forms import ConfirmForm, InvitationCodeForm, NewPasswordForm, SignInForm
from crm.accounts.models import User
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.web import go, page, safe_next
from crm.core.words import say
from crm.timeline import Program, record

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit() and (user := _proved(form)):
        with writing():
            sessions.begin(user, is_trusted=bool(form.trusted.data))
            record(None, "session.begun", by=user, subject=("user", user.id))
        return go(safe_next(form.next.data))
    form.next.data = form.next.data or request.args.get("next", "")
    return page("accounts/sign_in.html", form)


def sign_in_page(*, status: int) -> Response:
    """The sign-in page in place of the one asked for (its session had ended)."""
    form = SignInForm(formdata=None)
    form.next.data = request.full_path.rstrip("?") if request.method == "GET" else safe_next(request.referrer)
    return page("accounts/sign_in.html", form, status=status)


def _proved(form: SignInForm) -> User | None:
    """The person whose name and password were typed; otherwise the form says why not, never which was wrong."""
    name = form.name.data or ""
    if until := passwords.wait_until(name):
        form.refuse(say("Too many attempts. Try again after %(time)s", time=until.astimezone().strftime("%H:%M:%S")))
        return None
    user = queries.by_sign_in_name(name)
    if passwords.matches(user, form.password.data or "") and user is not None and user.active:
        fresh = passwords.hashed(form.password.data or "") if passwords.is_outdated(user) else user.password_hash
        with writing():
            passwords.forget_failures(name)
            user.password_hash = fresh
            db.session.flush()
        return user
    with writing():
        passwords.remember_failure(name)
        record(None, "session.refused", by=Program("sign-in"))
    form.refuse(say("The name or the password is not right"))
    return None


@bp.post("/sign-out")
@everyone
def sign_out() -> ResponseReturnValue:
    me = signed_in()
    with writing():
        sessions.end(me.sign_in, "signed out")
        record(None, "session.ended", by=me, subject=("user", me.id))
    sessions.leave()
    response = go("accounts.sign_in")
    if isinstance(response, Response):
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


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
    """Set a password by a one-time link; opening it changes nothing."""
    found = services.invitation(code)
    if found is None:
        return page("accounts/invitation_gone.html", status=404)
    form = NewPasswordForm()
    if form.validate_on_submit() and _fits(form, found.user):
        password_hash = passwords.hashed(form.password.data or "")
        with form.showing(RuleBroken), writing():
            user = services.accept(found, password_hash=password_hash)
            sessions.begin(user)
            return go("desk.home")
    return page("accounts/accept.html", form, person=found.user)


def _fits(form: NewPasswordForm, user: User) -> bool:
    if form.password.data != form.again.data:
        form.refuse(say("The two passwords differ"), "again")
    elif problem := passwords.problem(form.password.data or "", user):
        form.refuse(problem, "password")
    return not form.is_refused


@bp.route("/confirm", methods=["GET", "POST"])
@everyone
def confirm() -> ResponseReturnValue:
    """Type the password again before a sensitive act on a trusted phone."""
    me, form = signed_in(), ConfirmForm()
    if form.validate_on_submit():
        if passwords.matches(me, form.password.data or ""):
            with writing():
                sessions.confirm(me)
            return go(safe_next(form.next.data))
        form.refuse(say("The password is not right"), "password")
    form.next.data = form.next.data or request.args.get("next", url_for("desk.home"))
    return page("accounts/confirm.html", form)
