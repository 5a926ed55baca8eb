"""Errors as pages: plain words, a reference number, never a stack trace."""

from __future__ import annotations

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from crm.core.db import db
from crm.core.errors import Stale

PAGES = (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(Stale, lambda _: show_code(409))


def show(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    db.session.rollback()
    return show_code(error.code)


def show_code(code: int) -> ResponseReturnValue:
    shown = code if code in PAGES else InternalServerError.code if code >= 500 else 400
    kept = request.method == "POST"
    return render_template(f"errors/{shown}.html", reference=g.get("request_id", ""), kept=kept), code
