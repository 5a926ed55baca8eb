"""How pages answer: `page` renders, `go` redirects, `told` leaves a word for the next page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from crm.core.forms import Form
from crm.core.words import Say, say


def page(template: str, form: Form | None = None, /, *, status: int | None = None, **context: Any) -> Response:
    """A whole page; 422 when its form was refused, 503 the database busy, 507 the disk full. Never in `writing()`."""
    return make_response(render_template(template, form=form, **context), status or _code_of(form))


def _code_of(form: Form | None) -> int:
    if form is None:
        return 200
    if form.is_full or form.is_busy:
        return 507 if form.is_full else 503
    return 422 if form.is_submitted() and form.is_refused else 200


def door(endpoint: str) -> str:
    """The address of a page without parameters; a layout has twenty of them, made once."""
    return _door(endpoint, request.script_root)


@lru_cache(maxsize=256)
def _door(endpoint: str, _root: str) -> str:
    return url_for(endpoint)


def address(endpoint: str, **values: Any) -> str:
    """`url_for` of pages, which ask a dozen times for the same few addresses: each is made once."""
    if "_external" in values:
        return url_for(endpoint, **values)
    try:
        root = request.script_root
    except RuntimeError:  # a mail or a command: no request
        root = ""
    try:
        return _address(endpoint, root, tuple(values.items()))
    except TypeError:  # a list among the values cannot be looked up
        return url_for(endpoint, **values)


@lru_cache(maxsize=8192)
def _address(endpoint: str, _root: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def is_fragment() -> bool:
    """htmx asks for a part of the page (history restores want the whole one)."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def fragment(name: str) -> bool:
    """True when htmx asks for the element with this id: `{% if fragment('rows') %}`, or to choose a template."""
    return is_fragment() and request.headers.get("HX-Target") == name


def go(endpoint: str, /, **values: Any) -> ResponseReturnValue:
    """See other (303); for htmx a full navigation. `endpoint` may be a path on this site."""
    return go_to(endpoint if endpoint.startswith("/") else url_for(endpoint, **values))


def go_to(path: str) -> ResponseReturnValue:
    if is_fragment():
        return Response(status=204, headers={"HX-Redirect": path})
    return redirect(path, 303)


def told(words: Say | str, *, undo: str | None = None, kind: str = "success") -> None:
    """Leave a sentence for the next page; `undo` is the path of a POST that takes the act back."""
    session["undo"] = undo
    flash(str(words), kind)


def nothing_ticked(back: str) -> ResponseReturnValue | None:
    """Back to the list when its button was pressed without a row: only a script can grey it out."""
    if request.method != "GET" or request.args.get("all") or request.args.getlist("id"):
        return None
    told(say("Tick the rows it is about first"), kind="error")
    return go(back)


def safe_next(target: str | None, default: str = "/") -> str:
    """Where to land after sign-in: a path on this site, nothing else."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    if not target.isprintable() or " " in target or "\\" in target:
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc or parts.path.startswith("//") else target
