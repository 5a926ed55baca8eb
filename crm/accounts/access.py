"""Who may open a route: every view says so with one of these marks; a view without a mark is closed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy.exc import SQLAlchemyError

from crm.accounts import sessions
from crm.accounts.models import User
from crm.permissions import Permission

View = Callable[..., ResponseReturnValue]


class ConfirmFirst(Exception):
    """A sensitive act from a trusted phone: the password is asked again before the view is entered."""


def signed_in() -> User:
    """The person of this request; only in views that are not `@public`."""
    if not current_user.is_authenticated:
        abort(401)
    return cast("User", current_user._get_current_object())


def public(view: View) -> View:
    """Open to everybody: sign-in, invitations, health, static files."""
    view.rights = "public"  # type: ignore[attr-defined]
    return view


def everyone(view: View) -> View:
    """Open to every signed-in person: home, own settings, help."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
        signed_in()
        return view(*args, **values)

    guarded.rights = "everyone"  # type: ignore[attr-defined]
    return guarded


def requires(*permissions: Permission, confirmed: bool = False) -> Callable[[View], View]:
    """Open to whoever has one of these permissions somewhere; which rows, the view's query decides.

    With `confirmed`, a person on a trusted phone types the password again first.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
            me = signed_in()
            if not any(me.may(permission) for permission in permissions):
                abort(403)
            if confirmed:
                must_be_confirmed(me)
            return view(*args, **values)

        guarded.rights = permissions  # type: ignore[attr-defined]
        guarded.asks_again = confirmed  # type: ignore[attr-defined]
        return guarded

    return mark


def must_be_confirmed(me: User) -> None:
    """Stop here until the password has been typed again, if this is a trusted phone."""
    if not sessions.is_confirmed(me):
        raise ConfirmFirst


def go_without_person() -> None:
    """For pages about a database that is away: whoever asks for the person is not answered by the next error."""
    try:
        _ = current_user.is_authenticated
    except SQLAlchemyError:
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def rights_of(endpoint: str) -> Any:
    """The mark of a route, or None: the whole-app tests and the request guard read it."""
    return "public" if endpoint == "static" else getattr(current_app.view_functions.get(endpoint), "rights", None)


def asks_again(endpoint: str) -> bool:
    """Must a person on a trusted phone type the password before this route?"""
    return bool(getattr(current_app.view_functions.get(endpoint), "asks_again", False))


def install(app: Flask) -> None:
    """Flask-Login with server-side sessions, and the door that stays shut for unmarked routes."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(sessions.load)

    @manager.unauthorized_handler
    def send_to_sign_in() -> ResponseReturnValue:
        abort(401)

    @app.before_request
    def only_marked_routes() -> Response | None:
        if request.endpoint is not None and rights_of(request.endpoint) is None:
            abort(403)
        if request.endpoint not in (None, "static") and current_user.is_authenticated:
            sessions.touch(signed_in())
        return None
