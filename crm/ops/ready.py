"""Whether the database can be used: what a command says instead of failing in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

from crm.core import schema
from crm.core.db import db
from crm.core.speech import spoken
from crm.core.words import Say, say

WITHOUT = frozenset(
    {"init-db", "config", "doctor", "backup", "restore", "run-scheduler", "run", "shell", "routes", "db"}
)
"""Commands that need no database at the newest version: they make it, look at it, or wait for it."""


def guard(app: Flask) -> None:
    """Every other command of the application first looks whether the database is there and at its version."""
    for name, command in app.cli.commands.items():
        if name not in WITHOUT:
            for each in _leaves(command):
                if each.callback and not hasattr(each.callback, "is_guarded"):
                    each.callback = _guarded(each.callback)


def _leaves(command: click.Command) -> Iterator[click.Command]:
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _leaves(each)
    else:
        yield command


def _guarded(run: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(run)
    def guarded(*args: Any, **given: Any) -> Any:
        _refuse()
        return run(*args, **given)

    guarded.is_guarded = True  # type: ignore[attr-defined]
    return guarded


@spoken
def _refuse() -> None:
    why = why_unreachable() or why_too_new() or _why_too_old()
    if why:
        raise click.ClickException(str(why))


def why_unreachable() -> Say | None:
    """None while the database answers; a SQLite file that is not there yet is made by the first who asks."""
    try:
        with db.engine.connect():
            return None
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        return say("The database cannot be reached: %(reason)s. Look at CRM_DATABASE_URL", reason=reason)


def why_too_new() -> Say | None:
    current = schema.current()
    if current and not schema.is_known(current):
        return say("The database stands at %(now)s, which this version of the program does not know", now=current)
    return None


def _why_too_old() -> Say | None:
    current = schema.current()
    if current is None:
        return say("There is no database yet. Run: flask --app wsgi init-db")
    if not schema.is_current():
        return say("The database stands at %(now)s. Run: flask --app wsgi init-db", now=current)
    return None
