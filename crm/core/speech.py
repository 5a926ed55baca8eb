"""Commands answer in the language of whoever types them: Chinese, or English where LANG says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from crm.core.pages import speaking
from crm.core.refusals import is_busy, is_full
from crm.core.words import say

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
DECIDES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first of them that is set."""
TRY_LATER = 75
"""The exit code by which a shell knows that the same command may succeed later (EX_TEMPFAIL)."""
NO_ROOM = 74
"""The exit code of an error at the disk (EX_IOERR)."""


def command_language(environment: Mapping[str, str] = os.environ) -> str:
    wish = next(filter(None, (environment.get(name) for name in DECIDES)), "")
    return "en" if wish.lower().startswith("en") else "zh_Hans_CN"


def spoken(run: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """A command all of whose words are for the person at the keyboard."""

    @wraps(run)
    def speak(*args: Given.args, **given: Given.kwargs) -> Answer:
        with speaking(command_language()):
            try:
                return run(*args, **given)
            except DBAPIError as error:
                if is_full(error):
                    click.echo(str(say("The disk is full or cannot be written to: nothing was written")), err=True)
                    raise SystemExit(NO_ROOM) from None
                if not is_busy(error):
                    raise
                click.echo(
                    str(say("The database is busy with other work: nothing was written, try again later")), err=True
                )
                raise SystemExit(TRY_LATER) from None

    return speak
