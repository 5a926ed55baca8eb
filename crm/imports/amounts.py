"""Money and other numbers as bureaus write them: 5000 under “单位：万元”, 1.2亿, 约500, 500万美元, 5,000,000元."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from crm.core.words import Say, say
from crm.imports.outcome import Outcome, Parsed, Problem, of_text, written
from crm.sheets.grid import Cell, Kind

YUAN = "CNY"
USUAL_UNIT = "万元"
LARGEST = 10**16
LARGEST_PERCENT = 10**8

_CURRENCIES = {
    "USD": "美元|美金|us\\$|usd|\\$",
    "HKD": "港元|港币|港幣|hk\\$|hkd",
    "EUR": "欧元|eur|€",
    "JPY": "日元|日圆|日币|jpy",
    "GBP": "英镑|gbp|£",
    "SGD": "新加坡元|新加坡币|新元|sgd",
    "KRW": "韩元|韩币|krw",
    "TWD": "新台币|台币|twd",
    "AUD": "澳元|澳大利亚元|aud",
    "CAD": "加元|加拿大元|cad",
    "CHF": "瑞士法郎|瑞郎|chf",
    "MOP": "澳门元|澳门币|mop",
    "CNY": "人民币元|人民币|rmb|cny|[¥￥元圆]|yuan",
}
_SCALES = {"": 1, "百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
_COINS = "美元|美金|港元|港币|欧元|日元|英镑|新加坡元|韩元|新台币|澳元|加拿大元|瑞士法郎|澳门元|元"
UNIT = rf"(?:人民币)?((?:百万|千万|[百千万亿])?(?:{_COINS}))"
"""What a head or a line above the table may give as the unit of money: 万元, 亿元, 千元, 万美元."""
_CURRENCY = re.compile("|".join(f"(?P<{code}>{words})" for code, words in _CURRENCIES.items()))
_APPROXIMATE = re.compile(
    r"^(?:约|大约|大概|近|逾|超过|超|不足|不到)|(?:左右|上下|余|多|以上|以内)$|(?<=[\d万亿千])[余多]"
)
_IN_BRACKETS = re.compile(r"\(([\d.,]+(?:万|亿)?元?)\)")
_NUMBER = re.compile(r"(-?[\d,]*\d(?:\.\d+)?|-?\.\d+)(万亿|千万|百万|亿|万|千|百)?整?")
_THOUSANDS = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+")


@dataclass(frozen=True)
class Amount:
    """Whole units of a currency: yuan for CNY. `is_approximate` when the writer said 约, 余, 左右 …"""

    units: int
    currency: str = YUAN
    is_approximate: bool = False


@of_text
def money(cell: Cell, text: str, unit: str | None) -> Outcome[Amount]:
    """`unit` is what the head or the sheet says (万元, 亿元, 万美元); a unit in the cell wins; without any, 万元."""
    if cell.kind not in (Kind.NUMBER, Kind.TEXT) or cell.imprecise:
        return Problem(_no_amount(text))
    return _of_text(text, unit)


@of_text
def signed(cell: Cell, text: str, unit: str | None) -> Outcome[Amount]:
    """The same of an amount that may be below zero: -120, or (120) as accountants write it."""
    if cell.kind not in (Kind.NUMBER, Kind.TEXT) or cell.imprecise:
        return Problem(_no_amount(text))
    return _of_text(text, unit, may_be_negative=True)


def percent(cell: Cell | None) -> Outcome[int]:
    """8.25 or 8.25% in 1/10,000."""
    outcome = number(cell)
    if isinstance(outcome, Problem) or outcome.value is None:
        return outcome if isinstance(outcome, Problem) else Parsed(None)
    if abs(outcome.value * 100) > LARGEST_PERCENT:
        return Problem(say("%(value)s is no percentage. Check the column.", value=written(cell)))
    return Parsed(_rounded(outcome.value * 100), outcome.note)


def count(cell: Cell | None) -> Outcome[int]:
    """A number of people or things: 300, 300人, 约300."""
    outcome = number(cell)
    if isinstance(outcome, Problem) or outcome.value is None:
        return outcome if isinstance(outcome, Problem) else Parsed(None)
    if outcome.value != int(outcome.value) or not 0 <= outcome.value < 10_000_000:
        return Problem(say("%(value)s is not a whole number from 0 up. Write digits only.", value=written(cell)))
    return Parsed(int(outcome.value), outcome.note)


@of_text
def number(_cell: Cell, text: str) -> Outcome[Decimal]:
    """A plain number, thousands separators and 万 allowed, a counting word behind it dropped."""
    bare, is_approximate = _without_approximation(re.sub(r"[人名位个家户件项%％]$", "", _flat(text)))
    found = _NUMBER.fullmatch(bare)
    value = _decimal(found.group(1)) if found else None
    if found is None or value is None:
        return Problem(say("%(value)s is not a number. Write digits only.", value=text))
    return Parsed(value * _SCALES[found.group(2) or ""], _approximately(text) if is_approximate else None)


def _of_text(text: str, unit: str | None, *, may_be_negative: bool = False) -> Outcome[Amount]:
    bare, is_approximate = _without_approximation(_flat(text))
    if may_be_negative and (within := _IN_BRACKETS.fullmatch(bare)):
        bare = "-" + within.group(1)
    currencies = {str(found.lastgroup) for found in _CURRENCY.finditer(bare)}
    figure = re.sub(r"[()]", "", _CURRENCY.sub("", bare))
    figure, is_approximate_inside = _without_approximation(figure)
    found = _NUMBER.fullmatch(figure)
    value = _decimal(found.group(1)) if found else None
    if found is None or value is None or len(currencies) > 1:
        return Problem(_no_amount(text))
    named = currencies.pop() if currencies else ""
    scale, currency = _meant(found.group(2), named, unit or USUAL_UNIT)
    least, wide = -LARGEST if may_be_negative else 0, value * scale
    if not least - 1 < wide < LARGEST + 1 or not least <= (units := _rounded(wide)) <= LARGEST:
        return Problem(say("%(value)s cannot be an amount of capital. Check figure and unit.", value=text))
    amount = Amount(units, currency, is_approximate or is_approximate_inside)
    return Parsed(amount, _note(amount, text))


def _rounded(value: Decimal) -> int:
    """Of a value with less than 28 digits before the point; more cannot be rounded."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def _meant(in_cell: str | None, named: str, unit: str) -> tuple[int, str]:
    """What the figure counts, and in which currency: the cell's own 万 or 亿 and its currency win over the unit.

    A cell that names a currency and no 万 counts single units.
    """
    coin = next(coin for coin in _COINS.split("|") if unit.endswith(coin))
    of_unit = str(getattr(_CURRENCY.search(coin), "lastgroup", YUAN))
    scale = in_cell or ("" if named else unit.removesuffix(coin))
    return _SCALES[scale], named or of_unit


def _note(amount: Amount, text: str) -> Say | None:
    if amount.currency != YUAN:
        return say("“%(value)s” is kept in its own currency, %(currency)s", value=text, currency=amount.currency)
    return _approximately(text) if amount.is_approximate else None


def _approximately(text: str) -> Say:
    return say("“%(value)s” is approximate", value=text)


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _without_approximation(text: str) -> tuple[str, bool]:
    bare = _APPROXIMATE.sub("", text)
    return bare, bare != text


def _decimal(figure: str) -> Decimal | None:
    """None for separators in odd places: 5,00 may be 5.00 or 500."""
    if not _THOUSANDS.fullmatch(figure):
        return None
    try:
        return Decimal(figure.replace(",", ""))
    except InvalidOperation:
        return None


def _no_amount(text: str) -> Say:
    return say("%(value)s is not one amount. Write one figure, such as 5000.", value=text)
