"""Kinds of contact as people read them, in the language of the page."""

from __future__ import annotations

from datetime import date

from crm.core.words import is_english
from crm.visits import rules


def kind_word(key: str, on: date) -> str:
    """The kind's name; one that no rule book of that day knows stays as it was written."""
    known = rules.kinds(on).get(key)
    return key if known is None else _word(known)


def kind_choices(on: date) -> list[tuple[str, str]]:
    return [(kind.key, _word(kind)) for kind in rules.kinds(on).values()]


def _word(kind: rules.Kind) -> str:
    return kind.zh if not is_english() else kind.en
