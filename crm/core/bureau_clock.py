"""Business time that runs ahead: fixed by CRM_CLOCK in tests, a setting row in the demo, never in production."""

from __future__ import annotations

import time
from contextvars import Context
from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from crm.core import clock
from crm.core.db import db
from crm.core.settings import Settings

KEY = "demo_offset_seconds"
REREAD_AFTER = 1.0


def start(app: Flask, settings: Settings) -> None:
    """Set the clock of this process; a test without CRM_CLOCK sets its own."""
    if settings.clock is not None:
        ahead = settings.clock - clock.real_now()
        clock.configure(settings.timezone, lambda: ahead)
    elif settings.env == "demo":
        _known[:] = [_Demo(app)]
        clock.configure(settings.timezone, _known[0])
    elif settings.env == "production":
        clock.configure(settings.timezone)


def forget() -> None:
    """Read the offset anew at once: this process has just moved it."""
    for demo in _known:
        demo.read_at = float("-inf")


_known: list[_Demo] = []


class _Demo:
    """The offset that web and scheduler both read from one row, re-read at most once a second."""

    def __init__(self, app: Flask) -> None:
        self.app, self.known, self.read_at = app, timedelta(), float("-inf")

    def __call__(self) -> timedelta:
        if time.monotonic() - self.read_at > REREAD_AFTER:
            self.read_at = time.monotonic()
            # An empty context is not inside `writing()`: a second BEGIN IMMEDIATE would wait for the first one.
            self.known = Context().run(self._read)
        return self.known

    def _read(self) -> timedelta:
        from sqlalchemy.exc import DBAPIError

        try:
            with self.app.app_context(), db.engine.connect() as connection:
                rows = connection.execute(
                    text("SELECT value FROM setting WHERE key = :key ORDER BY id DESC"), {"key": KEY}
                )
                row = rows.first()
        except DBAPIError:
            return timedelta()
        return timedelta(seconds=float(row[0])) if row else timedelta()
