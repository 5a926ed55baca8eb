"""Figures in words for pages and for the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm.core.shown import NOTHING
from crm.core.words import Say, _, is_english
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.rules import MEASURES, SOURCES, Period, Source
from crm.tiers.annual.showing import UNITS, changes, text


def source_word(code: str) -> str:
    return str(SOURCES[Source(code)])


def unit_word(code: str) -> str:
    return str(UNITS[MEASURES[code].sort])


def doubt_words(kept: Sequence[dict[str, Any]]) -> str:
    return ("; " if is_english() else "；").join(str(Say.from_json(each)) for each in kept)


def figure_text(row: PeriodFigures, code: str) -> str:
    """Nothing where nothing is known."""
    shown = text(MEASURES[code], getattr(row, code))
    return "" if shown == NOTHING else shown


def in_words(row: PeriodFigures) -> str:
    """Everything a row tells, in one line."""
    return "、".join(f"{measure.label} {now}" for measure, _then, now in changes({}, row.values))


def lines_of(body: Mapping[str, Any]) -> list[str]:
    """What an entry of the record says about figures: each as before → after."""
    pairs = body.get("figures")
    if not isinstance(pairs, Mapping):
        return []
    before, after = ({code: pair[n] for code, pair in pairs.items()} for n in (0, 1))
    lines = [
        _("%(label)s: %(value)s", label=measure.label, value=f"{then} → {now}")
        for measure, then, now in changes(before, after)
    ]
    return [*lines, *(str(Say.from_json(each)) for each in body.get("stood_by") or [])]


def period_word(key: str) -> str:
    year, _dash, months = key.partition("-")
    return str(Period(int(year), int(months)).label)
