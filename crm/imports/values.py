"""Values read from cells in the plain form in which they are staged, compared and shown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from crm.core.shown import APART
from crm.core.words import Say, _, is_english
from crm.imports.amounts import Amount
from crm.imports.dates import PartialDate
from crm.imports.synonyms import Field


def plain(field: Field, value: Any) -> Any:
    """JSON-like: dates as far as they are known, money as [units, currency, approximate?], people as a list."""
    match value:
        case PartialDate():
            return value.on.isoformat() if field.code.startswith("last_") else str(value)
        case Amount():
            return [value.units, value.currency, value.is_approximate]
        case tuple() if field.kind == "titles":
            return [[claim.title, claim.since_year, claim.until_year] for claim in value]
        case tuple() if field.kind == "phone":
            return APART.join(value)
        case tuple():
            return list(value)
        case Decimal():
            return format(value, "f")
    return value


def together(before: Any, more: Any) -> Any:
    """Two columns of one field that may have several: their lists in one."""
    known = {item[0] for item in before}
    return before + [item for item in more if item[0] not in known]


def shown(field: str, value: Any) -> str:
    """A staged value for a page: lists joined, money in 万元 with its currency."""
    if value in (None, "", []):
        return "--"
    if field == "registered_capital":
        return _money(*value)
    if isinstance(value, dict):
        return str(Say.from_json(value))
    if field == "doubts":
        return ("; " if is_english() else "；").join(shown("", each) for each in value)
    if field == "titles":
        return "、".join(_title(item) for item in value)
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value)


def _money(units: int, currency: str, is_approximate: bool) -> str:
    figure = f"{Decimal(units) / 10_000:,f}"
    figure = figure.rstrip("0").rstrip(".") if "." in figure else figure
    told = figure if currency == "CNY" else _("%(amount)s × 10,000 %(currency)s", amount=figure, currency=currency)
    return ("约" if is_approximate else "") + told


def _title(item: Any) -> str:
    from crm.tiers.words import title_word

    if isinstance(item, str):
        return title_word(item)
    code, since, until = item
    years = "-".join(str(year) for year in (since, until) if year)
    return title_word(code) + (f"（{years}）" if years else "")


def joined(values: Iterable[Any]) -> str:
    return "、".join(map(str, values))
