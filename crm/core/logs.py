"""The log: a line for each trouble, and for each request that was refused or slow, as text or JSON on standard error.

A line about a request carries the number that its error page shows; nobody's words and no parameters stand in it.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import inspect
from sqlalchemy.exc import NoInspectionAvailable

from crm.core.settings import Settings

FIELDS = ("request_id", "user_id", "route", "status", "ms")
CHATTY = ("apscheduler", "alembic", "werkzeug")
SLOW = 500
"""Milliseconds."""
access = logging.getLogger("crm.access")


class Here(logging.Filter):
    """Adds to a line during which request, and of whom, it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        inside = has_request_context()
        record.request_id = g.get("request_id", "") if inside else ""
        record.user_id = _user_id() if inside else None
        record.route = request.endpoint if inside else None
        return True


class AsText(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(number)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        number = getattr(record, "request_id", "")
        record.number = f" [{number}]" if number else ""
        return super().format(record)


class AsJson(logging.Formatter):
    """One object a line; what does not apply is left out."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        more = {name: getattr(record, name, None) for name in FIELDS}
        told |= {name: value for name, value in more.items() if value not in (None, "")}
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def begin(settings: Settings) -> None:
    """Write this process's log from now on."""
    handler = logging.StreamHandler()
    handler.addFilter(Here())
    handler.setFormatter(AsJson() if settings.log_format == "json" else AsText())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def follow(app: Flask) -> None:
    """A line for each request that was refused or slow; for the others too where CRM_LOG_LEVEL is DEBUG."""

    @app.before_request
    def start() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def tell(response: Response) -> Response:
        ms = round((time.perf_counter() - g.get("begun", time.perf_counter())) * 1000, 1)
        level = logging.INFO if response.status_code >= 400 or ms >= SLOW else logging.DEBUG
        if access.isEnabledFor(level):
            told = {"status": response.status_code, "ms": ms}
            access.log(level, "%s %s %s", request.method, request.path, response.status_code, extra=told)
        return response


def _user_id() -> int | None:
    """Whoever is signed in, without asking the database."""
    try:
        identity = inspect(g.get("_login_user")).identity
    except NoInspectionAvailable:
        return None
    return int(identity[0]) if identity else None
