"""Commands answer in the language of whoever types them: Chinese, or English where LANG says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

from crm.core.pages import speaking

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
DECIDES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first of them that is set."""


def command_language(environment: Mapping[str, str] = os.environ) -> str:
    wish = next(filter(None, (environment.get(name) for name in DECIDES)), "")
    return "en" if wish.lower().startswith("en") else "zh_Hans_CN"


def spoken(run: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """A command all of whose words are for the person at the keyboard."""

    @wraps(run)
    def speak(*args: Given.args, **given: Given.kwargs) -> Answer:
        with speaking(command_language()):
            return run(*args, **given)

    return speak
