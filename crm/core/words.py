"""Words for people, translated only where they are shown: rules and services return `Say`, pages call `str()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Translate = Callable[[str], str]

_translate: Translate = lambda msgid: msgid  # noqa: E731 - replaced once by `create_app`
_language: Callable[[], str] = lambda: ""  # noqa: E731 - as above


def translate_with(translate: Translate, language: Callable[[], str]) -> None:
    """Let `str(Say)` look its msgid up with `translate` from now on (called once, by `create_app`)."""
    global _translate, _language
    _translate, _language = translate, language


def language() -> str:
    """The language of the page, mail or paper that is being made."""
    return _language()


def is_english() -> bool:
    """Is the page, mail or paper that is being made in English?"""
    return _language().startswith("en")


def _(msgid: str, /, **parameters: Any) -> str:
    """Words for the page that is being made; what is kept or shown later is a `Say`."""
    text = _translate(msgid)
    return text % parameters if parameters else text


@dataclass(frozen=True)
class Say:
    """An English msgid with its parameters; parameters may be `Say` themselves."""

    msgid: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        text = _translate(self.msgid)
        return text % {key: str(value) for key, value in self.params.items()} if self.params else text

    def __hash__(self) -> int:
        return hash((self.msgid, tuple(sorted((key, str(value)) for key, value in self.params.items()))))

    def as_json(self) -> dict[str, Any]:
        """A form that survives a table row: see `Say.from_json`."""
        params = {k: v.as_json() if isinstance(v, Say) else str(v) for k, v in self.params.items()}
        return {"msgid": self.msgid, "params": params}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Say:
        params = {k: cls.from_json(v) if isinstance(v, dict) else v for k, v in stored["params"].items()}
        return cls(stored["msgid"], params)


def say(msgid: str, /, **params: Any) -> Say:
    return Say(msgid, params)


MOST_REMARKS = 100


def shortened(remarks: list[Say]) -> list[Say]:
    """So many that they can be read, and how many more there are."""
    if len(remarks) <= MOST_REMARKS:
        return remarks
    return [*remarks[:MOST_REMARKS], say("… and %(n)s more remarks of this kind", n=len(remarks) - MOST_REMARKS)]
