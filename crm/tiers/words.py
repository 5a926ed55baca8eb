"""Tiers and titles as people read them, in the language of the page."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from flask_babel import get_locale

from crm.core import clock
from crm.core.shown import day
from crm.core.words import _
from crm.tiers import rules


def _is_chinese() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "zh"


@lru_cache(maxsize=8)
def _tiers(on: date, is_chinese: bool) -> dict[str, str]:
    return {code: f"{code} {tier.zh if is_chinese else tier.en}" for code, tier in rules.tiers(on).items()}


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


def due_words(tier: str | None, last_visit_on: date | None, due_on: date | None) -> str:
    """Why the next visit is due on that day, or why none is."""
    known = rules.tiers(clock.today()).get(tier or "")
    if known is None:
        return _("No tier, so no interval of its own; it counts as silent after the days set for its unit.")
    if known.visit_every_months is None:
        return _("%(tier)s has no interval: it follows the rule of its supervision.", tier=tier_word(tier))
    every = {"tier": tier_word(tier), "every": interval_word(known.visit_every_months)}
    if due_on is None:
        return _("%(tier)s: %(every)s, as soon as somebody serves it.", **every)
    if last_visit_on is None:
        return _("%(tier)s: %(every)s; never visited, so counted from the start of the service.", **every)
    return _("%(tier)s: %(every)s, counted from the last visit on %(day)s.", day=day(last_visit_on), **every)


def interval_word(months: int | None) -> str:
    if months is None:
        return _("by the rule of its supervision")
    return _("every month") if months == 1 else _("every %(n)s months", n=months)
