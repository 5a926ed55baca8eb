"""Tiers and titles as people read them, in the language of the page."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from flask_babel import get_locale

from crm.core import clock
from crm.tiers import rules


def _is_chinese() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "zh"


@lru_cache(maxsize=8)
def _tiers(day: date, is_chinese: bool) -> dict[str, str]:
    return {code: f"{code} {tier.zh if is_chinese else tier.en}" for code, tier in rules.tiers(day).items()}


@lru_cache(maxsize=2)
def _titles(is_chinese: bool) -> dict[str, str]:
    return {code: title.zh if is_chinese else title.en for code, title in rules.titles().items()}


def tier_word(code: str | None) -> str:
    """T1 龙头企业; the bare code when the rule book does not know it any more."""
    return _tiers(clock.today(), _is_chinese()).get(code or "", code or "")


def tier_choices() -> list[tuple[str, str]]:
    return list(_tiers(clock.today(), _is_chinese()).items())


def title_word(code: str) -> str:
    """The title's name; a title nobody defined stays as it was written."""
    return _titles(_is_chinese()).get(code, code)


def title_choices() -> list[tuple[str, str]]:
    return list(_titles(_is_chinese()).items())
