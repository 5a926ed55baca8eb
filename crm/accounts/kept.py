"""What somebody had typed when a form met a closed door (session over, password asked again).

It travels along as hidden fields of the sign-in page and comes back as the same form, filled; it is never stored,
and works without JavaScript. Passwords and tokens stay behind; files must be chosen again. A seal beside it says whose
words they are: whoever else signs in on the device gets a clean page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import ValidationError

from crm.accounts import sessions
from crm.accounts.models import User
from crm.core.web import go, go_to, is_fragment, page, safe_next, told
from crm.core.words import say

PREFIX = "kept-"
SEAL = "typed-by"
Typed = list[tuple[str, str]]


def typed(*, is_token_good: bool | None = None) -> Typed:
    """The fields of the refused POST, or those a sign-in page already carries for it.

    The token stays behind when the session is over; where only the password is asked again it is still good. A part of
    a page asked for by htmx keeps nothing: its text still stands in the page around it. Nor does a form that came from
    no session known here: nobody could say whose words they are.
    """
    if request.method != "POST" or is_fragment() or not is_from_here():
        return []
    pairs = list(request.form.items(multi=True))
    if is_carrying():
        return [(name.removeprefix(PREFIX), value) for name, value in pairs if name.startswith(PREFIX)]
    is_good = current_user.is_authenticated if is_token_good is None else is_token_good
    if not is_good and _sender() is None:
        return []
    left = () if is_good else ("csrf_token",)
    return [(name, value) for name, value in pairs if name not in left and "password" not in name]


def is_carrying() -> bool:
    """Is this request itself the sign-in or confirmation page?"""
    return request.endpoint in ("accounts.sign_in", "accounts.confirm")


def is_from_here() -> bool:
    """A page of another site may not have its text kept and shown here as the visitor's own."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def target() -> str:
    """Where to go on after the door: the page asked for, the form that was sent, or the page of a mere button."""
    if request.method == "GET" or typed():
        return safe_next(request.full_path.rstrip("?"))
    return back()


def back() -> str:
    """The page of this site that the request came from."""
    came_from = urlsplit(request.referrer or "")
    query = f"?{came_from.query}" if came_from.query else ""
    return safe_next(f"{came_from.path}{query}" if came_from.netloc == request.host else None)


def seal() -> str:
    """Whose words `typed()` are, signed: the field that goes along with them."""
    if is_carrying():
        return request.form.get(SEAL, "")
    sender = current_user.id if current_user.is_authenticated else _sender()
    return "" if sender is None else str(_sealing().dumps(sender))


def _sender() -> int | None:
    """The id of who had the page whose form met the door: its token must be one of the session in the cookie."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return None
    return sessions.last_person()


def _is_by(user: User) -> bool:
    try:
        return bool(_sealing().loads(request.form.get(SEAL, "")) == user.id)
    except BadSignature:
        return False


def _sealing() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="typed-by")


def resume(target: str | None, user: User) -> ResponseReturnValue:
    """Go on: to the page asked for, or to a page that sends the kept form back to where it came from.

    Words that somebody else had typed are dropped, and this person begins on the first page.
    """
    fields, path = typed(), safe_next(target)
    if not fields:
        return go_to(path)
    if not _is_by(user):
        told(say("Somebody else had typed something on this device. It was dropped"), kind="info")
        return go("desk.home")
    return page("accounts/resume.html", target=path, fields=fields)
