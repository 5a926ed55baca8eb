"""Signing in and out, and what happens to a form whose session had ended."""

from __future__ import annotations

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.accounts import ageing, devices, kept, passwords, queries, sessions, throttle
from crm.accounts.access import ConfirmFirst, everyone, public, rights_of, signed_in
from crm.accounts.forms import ConfirmForm, SignInForm
from crm.accounts.models import User
from crm.accounts.profile import profile
from crm.accounts.views.room import bp
from crm.core.db import db, writing
from crm.core.forms import ButtonForm
from crm.core.pages import LANGUAGE_COOKIE, LANGUAGES, speaking
from crm.core.web import go, go_to, page, safe_next, told
from crm.core.words import say
from crm.timeline import Program, record

A_YEAR = 365 * 24 * 3600
RENEWING = ("accounts.password", "accounts.confirm")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if request.form.get("language") in LANGUAGES:
        return _in_another_language(form)
    if request.method == "GET" and current_user.is_authenticated:
        return go_to(safe_next(request.args.get("next")))
    if form.validate_on_submit():
        with form.showing():
            if user := _proved(form):
                return _begun(form, user)
    form.next.data = safe_next(form.next.data or request.args.get("next"))
    return _sign_in_page(form)


def _in_another_language(form: SignInForm) -> Response:
    """The page anew; the choice stays on the device until somebody who has his own signs in. Nothing is stored here."""
    chosen = request.form["language"]
    with speaking(chosen):
        shown = _sign_in_page(form, status=200)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    shown.set_cookie(LANGUAGE_COOKIE, chosen, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")
    return shown


def _begun(form: SignInForm, user: User) -> Response:
    with writing():
        sessions.begin(user, is_trusted=bool(form.trusted.data))
        record(None, "session.begun", by=user, subject=("user", user.id))
    return devices.remember(make_response(kept.resume(form.next.data, user)), user)


def _sign_in_page(form: SignInForm, *, status: int | None = None) -> Response:
    return page(
        "accounts/sign_in.html", form, status=status, typed=kept.typed(), seal=kept.seal(), is_again=status == 401,
        has_files=bool(request.files), may_trust=profile().trusted is not None,
    )  # fmt: skip


def _proved(form: SignInForm) -> User | None:
    """The person whose name and password were typed; otherwise the form says why not, never which was wrong."""
    name, password = form.name.data or "", form.password.data or ""
    user = queries.by_sign_in_name(name)
    with writing():
        attempt = throttle.begin(user, typed=name, device=devices.known_as(user))
    if attempt.wait:
        form.refuse(attempt.advice)
        return None
    if not passwords.matches(user, password) or user is None:
        with writing():
            record(None, "session.refused", by=Program("sign-in"), subject=("user", user.id) if user else None)
        form.refuse(say("The name or the password is not right"))
        return None
    fresh = passwords.hashed(password) if passwords.is_outdated(user) else None
    with writing():
        throttle.forget(attempt)
        if fresh:
            user.password_hash = fresh
            db.session.flush()
    return user


@bp.app_errorhandler(401)
def ask_to_sign_in(_error: Exception) -> ResponseReturnValue:
    """A page asked for leads to the sign-in page and back; a form sent is answered with it, its text kept."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return go("accounts.sign_in", next=kept.target())
    form = SignInForm(formdata=None)
    form.next.data = kept.target()
    return _sign_in_page(form, status=401)


@bp.before_app_request
def renew_old_passwords() -> ResponseReturnValue | None:
    """Under the strict profile a password that is too old is changed before any other page is read."""
    is_free = request.method != "GET" or rights_of(request.endpoint or "") == "public" or request.endpoint in RENEWING
    if is_free or not current_user.is_authenticated or not ageing.must_be_renewed(signed_in()):
        return None
    told(say("Your password is older than 90 days. Choose a new one first"))
    return go("accounts.password")


@bp.post("/sign-out")
@everyone
def sign_out() -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    if not form.validate_on_submit():
        return page("accounts/sign_out.html", form)
    with writing():
        sessions.end(me.sign_in, "signed out")
        record(None, "session.ended", by=me, subject=("user", me.id))
    sessions.leave()
    response = make_response(go("accounts.sign_in"))
    if current_app.config["SESSION_COOKIE_SECURE"]:  # over plain http browsers ignore it, with a complaint
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.route("/confirm", methods=["GET", "POST"])
@everyone
def confirm() -> ResponseReturnValue:
    """Type the password again before a sensitive act on a trusted phone."""
    me, form = signed_in(), ConfirmForm()
    if form.validate_on_submit():
        with form.showing():
            if _is_really(me, form):
                return kept.resume(form.next.data, me)
    form.next.data = safe_next(form.next.data or request.args.get("next"))
    return page("accounts/confirm.html", form, typed=kept.typed(), seal=kept.seal())


def _is_really(me: User, form: ConfirmForm) -> bool:
    with writing():
        attempt = throttle.begin(me, device=devices.known_as(me))
    if attempt.wait:
        form.refuse(attempt.advice)
    elif not passwords.matches(me, form.password.data or ""):
        form.refuse(say("The password is not right"), "password")
    else:
        with writing():
            throttle.forget(attempt)
            sessions.confirm(me)
    return not form.is_refused


@bp.app_errorhandler(ConfirmFirst)
def ask_to_confirm(_error: ConfirmFirst) -> ResponseReturnValue:
    if request.method == "GET":
        return go("accounts.confirm", next=kept.target())
    form = ConfirmForm(formdata=None)
    form.next.data = kept.target()
    return page("accounts/confirm.html", form, status=403, typed=kept.typed(), seal=kept.seal())
