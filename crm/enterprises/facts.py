"""The facts of an enterprise that people edit, as the text they type: one form for edit, compare, grid and undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crm.accounts.models import Unit
from crm.core import clock
from crm.core.db import db
from crm.core.shown import wan, yuan_in_wan
from crm.core.typed import id_from
from crm.core.words import Say, say
from crm.enterprises import credit_code, names, pinyin, rules
from crm.enterprises.models import Enterprise, Precision

Refusal = Say | None
MOST_EMPLOYEES = 10_000_000


@dataclass(frozen=True)
class Fact:
    """`read` gives the text as one would type it; `write` takes it over, or says why not and changes nothing."""

    key: str
    label: Say
    read: Callable[[Enterprise], str]
    write: Callable[[Enterprise, str], Refusal]


def _text(key: str, label: Say, longest: int, *, is_code: bool = False) -> Fact:
    def write(enterprise: Enterprise, text: str) -> Refusal:
        if len(text) > longest:
            return say("Use at most %(n)s characters", n=longest)
        setattr(enterprise, key, text.upper() if is_code else text)
        return None

    return Fact(key, label, lambda enterprise: str(getattr(enterprise, key)), write)


def _write_name(enterprise: Enterprise, text: str) -> Refusal:
    name = names.tidy(text)
    if not names.normal(name):
        return say("The name is missing")
    if len(name) > 160:
        return say("Use at most %(n)s characters", n=160)
    enterprise.name, enterprise.name_key = name, names.normal(name)
    enterprise.sort_key = pinyin.sort_key(name)
    return None


def _write_code(enterprise: Enterprise, text: str) -> Refusal:
    if not text.strip():
        return say("A firm that has a code keeps one") if enterprise.credit_code else None
    if why := credit_code.problem(text):
        return why
    enterprise.credit_code = credit_code.normal(text)
    return None


def _write_unit(enterprise: Enterprise, text: str) -> Refusal:
    unit = db.session.get(Unit, number) if (number := id_from(text)) else None
    if unit is None or unit.closed_on is not None:
        return say("Choose a unit")
    enterprise.unit_id = unit.id
    return None


def _write_territory(enterprise: Enterprise, text: str) -> Refusal:
    unit = db.session.get(Unit, number) if (number := id_from(text)) else None
    if text and (unit is None or unit.closed_on is not None):
        return say("Choose a territory")
    enterprise.territory_id = unit.id if unit else None
    return None


def _read_founded(enterprise: Enterprise) -> str:
    shape = {Precision.YEAR: "%Y", Precision.MONTH: "%Y-%m"}.get(enterprise.founded_precision or Precision.DAY)
    return enterprise.founded_on.strftime(shape or "%Y-%m-%d") if enterprise.founded_on else ""


def _write_founded(enterprise: Enterprise, text: str) -> Refusal:
    found = rules.founding_day(text) if text else None
    if text and found is None:
        return say("Write a day, a month or a year: 2014-05-06, 2014-05 or 2014")
    if found and found[0] > clock.today():
        return say("The founding day lies in the future: %(day)s", day=text)
    enterprise.founded_on = found[0] if found else None
    enterprise.founded_precision = Precision(found[1]) if found else None
    return None


def _read_capital(enterprise: Enterprise) -> str:
    yuan = enterprise.registered_capital
    return "" if yuan is None else wan(yuan_in_wan(yuan)).replace(",", "")


def _write_capital(enterprise: Enterprise, text: str) -> Refusal:
    yuan = rules.yuan(text) if text else None
    if text and yuan is None:
        return say("Write an amount in 10,000 yuan, such as 500 or 12.5")
    enterprise.registered_capital = yuan
    if yuan is None:
        enterprise.capital_is_approximate = False
    return None


def _write_approximate(enterprise: Enterprise, text: str) -> Refusal:
    enterprise.capital_is_approximate = bool(text) and enterprise.registered_capital is not None
    return None


def _write_employees(enterprise: Enterprise, text: str) -> Refusal:
    number = rules.number_or_none(text) if text else None
    if text and (number is None or number != int(number) or number < 0):
        return say("Write a whole number")
    if number is not None and number >= MOST_EMPLOYEES:
        return say("At most %(n)s", n=f"{MOST_EMPLOYEES - 1:,}")
    enterprise.employees = int(number) if number is not None else None
    return None


def _write_currency(enterprise: Enterprise, text: str) -> Refusal:
    if len(text) != 3 or not text.isascii() or not text.isalpha():
        return say("Write the three letters of the currency, such as CNY or USD")
    enterprise.capital_currency = text.upper()
    return None


FACTS: dict[str, Fact] = {
    fact.key: fact
    for fact in (
        Fact("name", say("Name"), lambda e: e.name, _write_name),
        _text("short_name", say("Short name"), 60),
        Fact("credit_code", say("Credit code"), lambda e: e.credit_code or "", _write_code),
        Fact("unit", say("Responsible unit"), lambda e: str(e.unit_id), _write_unit),
        Fact("territory", say("Territory"), lambda e: str(e.territory_id or ""), _write_territory),
        _text("address", say("Address"), 240),
        _text("legal_representative", say("Legal representative"), 80),
        _text("industry", say("Industry"), 80),
        Fact("founded", say("Founded"), _read_founded, _write_founded),
        Fact("capital", say("Registered capital"), _read_capital, _write_capital),
        Fact("currency", say("Currency"), lambda e: e.capital_currency, _write_currency),
        Fact("approximate", say("The amount is approximate"), lambda e: "y" if e.capital_is_approximate else "",
             _write_approximate),
        Fact("employees", say("Employees"), lambda e: "" if e.employees is None else str(e.employees),
             _write_employees),
        _text("stock_code", say("Stock code"), 12, is_code=True),
        _text("note", say("Note"), 4000),
    )
}  # fmt: skip

FOUND_BY = frozenset({"name", "short_name", "credit_code", "stock_code"})
"""Facts by which an enterprise is searched: changing one renews its index."""


def read(enterprise: Enterprise) -> dict[str, str]:
    return {key: fact.read(enterprise) for key, fact in FACTS.items()}


def shown(key: str, text: str) -> str:
    """The typed text for reading: unit names instead of ids."""
    if key in ("unit", "territory") and (number := id_from(text)):
        unit = db.session.get(Unit, number)
        return unit.name if unit else text
    return "✓" if key == "approximate" and text else text
