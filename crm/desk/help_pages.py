"""The manual: its index with a search, a page per topic, and all of it as a paper."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from crm.accounts import everyone
from crm.core import clock
from crm.core.web import page
from crm.desk import manual
from crm.desk.views import bp


@bp.get("/help", endpoint="help")
@everyone
def index() -> ResponseReturnValue:
    query = request.args.get("q", "").strip()[:80]
    return page("desk/help/index.html", chapters=manual.found(query, _language()), q=query)


@bp.get("/help/<topic>")
@everyone
def help_topic(topic: str) -> ResponseReturnValue:
    known = manual.topics().get(topic) or abort(404)
    return page("desk/help/topic.html", words=known.words[_language()])


@bp.get("/help/print")
@everyone
def print_help() -> ResponseReturnValue:
    """The whole manual on A4."""
    return page("desk/help/paper.html", chapters=manual.found("", _language()), printed_on=clock.today())


def _language() -> str:
    return "en" if str(get_locale()) == "en" else "zh"
