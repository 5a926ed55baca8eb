"""Reading one cell as its column's field wants it. Every refusal names the value, the reason and how to mend it.

`parse` picks the reader by the field's `kind` in data/synonyms.yaml. Empty cells, dashes and masked values give
`Parsed(None)`: what the register has stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crm.core.shown import APART
from crm.core.words import Say, say
from crm.enterprises import credit_code, phones
from crm.enterprises.names import normal, tidy
from crm.imports import amounts, dates, persons
from crm.imports.outcome import Outcome, Parsed, Problem, masked, of_text
from crm.imports.synonyms import Field
from crm.sheets.grid import Cell, Kind
from crm.tiers.rules import Claim, recognise_tier, recognise_titles

YES = frozenset({"是", "有", "对", "已", "√", "✓", "✔", "☑", "v", "y", "yes", "true", "1", "○", "已认定"})
NO = frozenset({"否", "不是", "×", "✗", "✘", "☒", "x", "n", "no", "false", "0", "非", "未", "未认定"})
LONGEST_QUOTE = 40
LONGEST_PHONES = 60
"""Characters of all numbers of one contact together."""

OFFICE_LINE = say("An office line and no mobile number: not taken over")

_EMAIL = re.compile(r"[^@\s,;、，；]+@[^@\s,;、，；]+\.[A-Za-z]{2,}")
_STOCK = re.compile(r"\d{5,6}")
_EXCHANGE = re.compile(r"(?:\.?(?:SH|SZ|BJ|HK|NQ)|[(（].*[)）])$|^(?:SH|SZ|BJ|HK)", re.IGNORECASE)


def parse(field: Field, cell: Cell | None, *, unit: str | None = None, title: str | None = None) -> Outcome[Any]:
    """The value of a cell under a field; `unit` of money and `title` of a 是否规上 column come from the head."""
    if field.kind == "money":
        outcome: Outcome[Any] = amounts.money(cell, unit)
    elif field.kind == "signed_money":
        outcome = amounts.signed(cell, unit)
    elif field.kind == "titles":
        outcome = titles(cell, title)
    else:
        outcome = READERS[field.kind](cell)
    if isinstance(outcome, Parsed) and field.longest and len(str(outcome.value or "")) > field.longest:
        return Problem(_too_long(str(outcome.value), field.longest))
    return _shortened(outcome) if isinstance(outcome, Problem) else outcome


def _shortened(problem: Problem) -> Problem:
    """A refusal quotes the value, but not a whole page that slipped into the cell."""
    params = problem.say.params
    value = str(params.get("value", ""))
    if len(value) <= LONGEST_QUOTE:
        return problem
    return Problem(replace(problem.say, params=params | {"value": value[:LONGEST_QUOTE] + "…"}))


@of_text
def text(_cell: Cell, found: str) -> Outcome[str]:
    """Any words; line breaks and runs of spaces become one space."""
    return Parsed(" ".join(found.split()))


@of_text
def words(_cell: Cell, found: str) -> Outcome[str]:
    """A report as it was written: its lines stay lines."""
    return Parsed("\n".join(line for piece in found.splitlines() if (line := " ".join(piece.split()))))


@of_text
def name(_cell: Cell, found: str) -> Outcome[str]:
    """The name of an enterprise; a line break inside it is removed. The exchanges' mark *ST hides nothing."""
    words = tidy(found)
    if phones.is_masked(words.removeprefix("*") if words.startswith("*ST") else words):
        return masked()
    if len(normal(words)) < 2 or not any(map(str.isalpha, words)):
        return Problem(say("%(value)s is no enterprise name. Are two columns swapped?", value=words))
    return Parsed(words)


@of_text
def code(cell: Cell, found: str) -> Outcome[str]:
    """A valid credit code in its normal form; one stored as a number has lost digits unless it has few."""
    if "*" in found:
        return masked()
    if cell.imprecise or (cell.kind is Kind.NUMBER and len(found) > 15):
        return Problem(credit_code.precision_lost(found))
    wrong = credit_code.problem(found)
    return Problem(wrong) if wrong else Parsed(credit_code.normal(found))


@of_text
def phone(cell: Cell, found: str) -> Outcome[tuple[str, ...]]:
    """One or several numbers; a landline stored as a number gets its leading 0 back."""
    if phones.is_masked(found):
        return masked()
    if cell.kind is Kind.NUMBER and not phones.normal(found) and (landline := phones.normal(f"0{found}")):
        return Parsed((landline,), say("“%(value)s” is read as %(phone)s", value=found, phone=landline))
    if wrong := phones.problem(found):
        return Problem(wrong)
    whole = tuple(dict.fromkeys(number for piece in phones.split(found) if (number := phones.normal(piece))))
    together = APART.join(whole)
    return Problem(_too_long(together, LONGEST_PHONES)) if len(together) > LONGEST_PHONES else Parsed(whole)


def mobile(cell: Cell | None) -> Outcome[str]:
    """The mobile number with which an official signs in; the first mobile of several. An office line, all that
    many a 通讯录 has, is no mistake: it is told and left out."""
    outcome = phone(cell)
    if isinstance(outcome, Problem) or outcome.value is None:
        return outcome if isinstance(outcome, Problem) else Parsed(None, outcome.note)
    found = next(filter(phones.MOBILE.fullmatch, outcome.value), None)
    return Parsed(found) if found else Parsed(None, OFFICE_LINE)


@of_text
def email(_cell: Cell, found: str) -> Outcome[str]:
    if phones.is_masked_mail(found):
        return masked()
    if not _EMAIL.fullmatch(found):
        return Problem(say("%(value)s is no e-mail address. It looks like name@example.com.", value=found))
    return Parsed(found)


@of_text
def stock(cell: Cell, found: str) -> Outcome[str]:
    """Five digits (Hong Kong) or six; 603123.SH loses its exchange. A shorter number has lost its leading zeros."""
    bare = _EXCHANGE.sub("", found).strip() if len(found) <= LONGEST_QUOTE else found
    if cell.kind is Kind.NUMBER and len(bare) < 6:
        lost = say("%(value)s has lost its leading zeros. Set the column to text and type it again.", value=found)
        return Problem(lost)
    if not _STOCK.fullmatch(bare):
        return Problem(say("%(value)s is no stock code. It has six digits, five in Hong Kong.", value=found))
    return Parsed(bare)


@of_text
def tier(_cell: Cell, found: str) -> Outcome[str]:
    """The code of a tier from the bureau's own words."""
    recognised = recognise_tier(found)
    if recognised is None:
        return Problem(say("%(value)s is no tier. Write T1, T2, T3, T4 or X, or its name.", value=found))
    return Parsed(recognised)


@of_text
def titles(_cell: Cell, found: str, title: str | None = None) -> Outcome[tuple[Claim, ...]]:
    """Titles named in a cell, or, in a column of its own title, a yes or a year. No answer takes a title away."""
    if title and found.casefold() in NO:
        return Parsed(None)
    if title and (found.casefold() in YES or re.fullmatch(r"20\d{2}年?", found)):
        return Parsed((Claim(title, int(found[:4]) if found[:2] == "20" else None),))
    claims = recognise_titles(found)
    if claims.unknown:
        unknown = "、".join(claims.unknown)
        note = say("“%(value)s” is no known title and stays out", value=unknown)
        return Parsed(claims.held or None, note)
    return Parsed(claims.held or None)


@of_text
def boolean(_cell: Cell, found: str) -> Outcome[bool]:
    """是, √, 有, 1 … or 否, ×, 0 …"""
    if found.casefold() in YES or found.casefold() in NO:
        return Parsed(found.casefold() in YES)
    return Problem(say("%(value)s is neither yes nor no. Write yes or no.", value=found))


def _too_long(value: str, longest: int) -> Say:
    return say(
        "“%(value)s…” has %(count)s characters, the register keeps %(longest)s. Shorten it.",
        value=value[:20],
        count=len(value),
        longest=longest,
    )


READERS: dict[str, Callable[[Cell | None], Outcome[Any]]] = {
    "ignored": lambda cell: Parsed(None),
    "text": text,
    "words": words,
    "visitors": persons.visitors,
    "name": name,
    "code": code,
    "people": persons.officials,
    "official": persons.official,
    "person": persons.person,
    "phone": phone,
    "mobile": mobile,
    "email": email,
    "stock": stock,
    "tier": tier,
    "date": dates.day,
    "count": amounts.count,
    "percent": amounts.percent,
    "boolean": boolean,
}
