"""Errors as pages: plain words, a reference number, never a stack trace."""

from __future__ import annotations

from flask import Flask, current_app, g, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError

from crm.accounts import kept
from crm.accounts.access import go_without_person
from crm.core.db import db
from crm.core.errors import Stale
from crm.core.refusals import is_busy, is_full
from crm.core.web import safe_next

PAGES = (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(Stale, lambda _: show_code(409))
    app.register_error_handler(DBAPIError, show_undone)
    app.register_error_handler(OSError, show_undone)


def show(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    db.session.rollback()
    return show_code(error.code)


def show_code(code: int) -> ResponseReturnValue:
    shown = code if code in PAGES else InternalServerError.code if code >= 500 else 400
    kept = request.method == "POST"
    return render_template(f"errors/{shown}.html", reference=g.get("request_id", ""), kept=kept), code


def show_undone(error: DBAPIError | OSError) -> ResponseReturnValue:
    """Another act was in the way, or the disk is full: nothing was written, what was typed can be sent once more."""
    full = is_full(error)
    if not (full or (isinstance(error, DBAPIError) and is_busy(error))):
        raise error
    reason = "the disk takes nothing" if full else "the database was busy"
    current_app.logger.warning("%s %s: %s: %s", request.method, request.path, reason, getattr(error, "orig", error))
    db.session.rollback()
    session.pop("_flashes", None)  # told inside an act that did not happen
    go_without_person()
    return undone_page(507 if full else 503)


def undone_page(code: int) -> ResponseReturnValue:
    """A form without files is sent once more as it was; the others are gone back to."""
    fields = [] if any(request.files.values()) else kept.typed(is_token_good=True)
    again = fields or request.method == "GET"
    target = safe_next(request.full_path.rstrip("?")) if again else kept.back()
    told = {"fields": fields, "target": target, "reference": g.get("request_id", "")}
    return render_template("errors/busy.html", code=code, **told), code, {"Retry-After": "10"} if code == 503 else {}
