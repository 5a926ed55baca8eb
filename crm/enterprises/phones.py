"""Phone numbers as bureaus write them: mobile, landline with extension, service number, several in one cell."""

from __future__ import annotations

import re
import unicodedata

from crm.core import shown
from crm.core.words import Say, say

LONGEST = 60
"""One number with all that may stand around it. A longer text is none, and to look for one in thousands of characters
would take the time of their square."""
MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0\d{2,3})?([2-9]\d{6,7})(?:-(\d{1,6}))?")
_SERVICE = re.compile(r"[48]00\d{7}")
_ABROAD = re.compile(r"\+(?!86)[1-9]\d{6,14}")
_SURE = re.compile(rf"{MOBILE.pattern}|{_SERVICE.pattern}|{_ABROAD.pattern}")
_APART = re.compile(r"[/\\、,;|\n\r]+|或|及|和")
_COUNTRY = re.compile(r"^(?:\+|00)86-?0?")
_EXTENSION = re.compile(r"\s*(?:转|分机|ext\.?|#|x)\s*(?=\d)", re.IGNORECASE)
_AROUND = re.compile(r"^[^\d+]+|\D+$")
_INSIDE = re.compile(r"[\s()._·•]+")
_DASHES = re.compile(r"[‐-―−ー~]+")
_MASK = re.compile(r"\*|\d[xX×]{2,}|●")


def is_masked(text: str) -> bool:
    """Whether part of it is hidden behind stars: 186****1402, 王*明."""
    return bool(_MASK.search(unicodedata.normalize("NFKC", text)))


def is_masked_mail(text: str) -> bool:
    """Whether part of an address is hidden: wan***@163.com."""
    return any(star in unicodedata.normalize("NFKC", text) for star in "*●")


def masked(phone: str) -> str:
    """The middle hidden: 186****1402, 0571****5678; short numbers lose all but their last two digits."""
    digits = phone.replace("-", "")
    if len(digits) < 8:
        return "*" * max(len(digits) - 2, 0) + digits[-2:]
    head = 4 if digits.startswith("0") else 3
    return digits[:head] + "****" + digits[-4:]


def masked_all(numbers: str) -> str:
    """Several numbers of one contact, each with its middle hidden."""
    return shown.APART.join(map(masked, shown.numbers(numbers)))


def masked_mail(address: str) -> str:
    """123***@163.com."""
    name, at, host = address.partition("@")
    return f"{name[:3]}***{at}{host}" if address else ""


def normal(text: str) -> str | None:
    """One number in one spelling: 13812345678, 0571-86912345, 0571-86912345-801, 86912345, 4008001234, +85221234567."""
    if len(text) > LONGEST:
        return None
    flat = _EXTENSION.sub("-", _DASHES.sub("-", unicodedata.normalize("NFKC", text)))
    digits = _INSIDE.sub("", _AROUND.sub("", flat))
    national = _COUNTRY.sub("0", digits)
    bare = national.replace("-", "")
    for candidate in (bare, bare.removeprefix("0"), bare.removeprefix("86")):
        if MOBILE.fullmatch(candidate) or _SERVICE.fullmatch(candidate):
            return candidate
    return bare if _ABROAD.fullmatch(bare) else _landline(national)


def problem(text: str, *, words_may_stand: bool = False) -> Say | None:
    """Why one of these numbers cannot be called; None when all can, or there is none.

    `words_may_stand`: 传达室 8-123 is no slip of the finger and stays as it was written.
    """
    said = (piece for piece in split(text) or [text] if piece.strip() and normal(piece) is None)
    wrong = next((piece for piece in said if not (words_may_stand and _is_worded(piece))), None)
    if wrong is None:
        return None
    return say(
        "%(value)s is neither a mobile number of 11 digits nor a landline with area code. Check the digits.",
        value=wrong.strip(),
    )


def is_surely(text: str) -> bool:
    """Whether a text is phone numbers beyond doubt: mobile, with area code, 400. 2500000 may be an amount."""
    numbers = [normal(piece) or "" for piece in split(text)]
    return bool(numbers) and all(number.startswith("0") or _SURE.fullmatch(number) for number in numbers)


def tidy(text: str) -> str:
    """Each number in its usual spelling, several joined; what is no number stays as it was written."""
    return shown.APART.join(normal(piece) or piece.strip() for piece in split(text))


def _is_worded(piece: str) -> bool:
    return any(map(str.isalpha, piece)) and any(map(str.isdigit, piece))


def holds(held: str, wanted: str) -> bool:
    """Whether every number of `wanted` is among those of `held`, however they are written."""
    known, asked = ({normal(piece) or piece.strip() for piece in split(text)} for text in (held, wanted))
    return asked <= known


def split(text: str) -> list[str]:
    """The pieces of a cell that each should be a number; a space parts two numbers only when both are whole."""
    pieces: list[str] = []
    for piece in _APART.split(unicodedata.normalize("NFKC", text)):
        words = piece.split()
        if normal(piece) is None and len(words) > 1:
            pieces.extend(_whole_numbers(words) or [piece])
        elif words:
            pieces.append(piece)
    return pieces


def _landline(digits: str) -> str | None:
    """Area code, number and extension joined by hyphens, wherever the writer put hyphens."""
    joined = re.sub(r"^(0\d{2,3})-", r"\1", digits)
    joined = re.sub(r"^(0\d{2,3}\d{3,4}|[2-9]\d{2,3})-(\d{4})(?!\d)", r"\1\2", joined)
    found = _area_first(joined)
    if found is None:
        return None
    area, number, extension = found
    return "-".join(part for part in (area, number, extension) if part)


def _area_first(joined: str) -> tuple[str, str, str] | None:
    """010 and 02x have three digits, all others four, so 05718691234 is 0571-8691234 and not 057-18691234."""
    length = 0 if not joined.startswith("0") else 3 if joined[1:2] in "12" else 4
    found = _LANDLINE.fullmatch(joined[length:])
    if found is None or found.group(1):
        return None
    return joined[:length], found.group(2), found.group(3) or ""


def _whole_numbers(words: list[str]) -> list[str] | None:
    return words if all(normal(word) for word in words) else None
