"""Machines on which an account has signed in before, remembered by a signed cookie on the machine itself."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from crm.accounts.models import User

LIVES = timedelta(days=180)
AT_MOST = 8


def known_as(user: User | None) -> str:
    """The machine's own number when this account has signed in on it before, else ""."""
    kept = _kept()
    return str(kept["n"]) if user is not None and user.id in kept["u"] else ""


def remember(response: Response, user: User) -> Response:
    """Let the machine know that this account has signed in on it."""
    kept = _kept()
    users = [user.id, *(i for i in kept["u"] if i != user.id)][:AT_MOST]
    response.set_cookie(
        _name(), _signer().dumps({"n": kept["n"] or secrets.token_urlsafe(12), "u": users}), max_age=LIVES,
        secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax", path="/",
    )  # fmt: skip
    return response


def _kept() -> dict[str, Any]:
    try:
        found = _signer().loads(request.cookies.get(_name(), ""))
        return {"n": str(found["n"]), "u": [int(i) for i in found["u"]]}
    except (BadSignature, KeyError, TypeError, ValueError):
        return {"n": "", "u": []}


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _signer() -> URLSafeSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt="known device")
