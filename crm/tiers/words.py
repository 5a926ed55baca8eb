"""Tiers and titles as people read them, in the language of the page."""

from __future__ import annotations

from flask_babel import get_locale

from crm.core import clock
from crm.tiers import rules


def _is_chinese() -> bool:
    return str(get_locale()).startswith("zh")


def tier_word(code: str | None) -> str:
    """T1 龙头企业; the bare code when the rule book does not know it any more."""
    known = rules.tiers(clock.today()).get(code or "")
    if known is None:
        return code or ""
    return f"{known.code} {known.zh if _is_chinese() else known.en}"


def tier_choices() -> list[tuple[str, str]]:
    return [(code, tier_word(code)) for code in rules.tiers(clock.today())]


def title_word(code: str) -> str:
    """The title's name; a title nobody defined stays as it was written."""
    known = rules.titles().get(code)
    return code if known is None else known.zh if _is_chinese() else known.en


def title_choices() -> list[tuple[str, str]]:
    return [(code, title_word(code)) for code in rules.titles()]
