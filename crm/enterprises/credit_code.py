"""The unified social credit code (统一社会信用代码, GB 32100-2015): reading, checking, saying what to mend.

Only the outer check character is required. The inner one of the organisation number (places 9-17, GB 11714) is
broken in many genuine old codes. python-stdnum's `cn.uscc` does not fit: it wants digits in places 1-8 and so
refuses the codes of farmers' co-operatives (N2…) and other bodies whose first two characters are letters.
"""

from __future__ import annotations

import re
import unicodedata

from crm.core.words import Say, say

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))

MISTAKEN = str.maketrans("IOZSV", "1025U")
"""Letters a credit code never has, and what the writer most likely saw."""

_SEPARATORS = re.compile(r"[\s\-‐-―−_.·'\"`]+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")


def normal(text: str) -> str:
    """Half width, upper case, without spaces, hyphens or the apostrophe of a text cell."""
    folded = unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\ufeff", "").upper()
    if _SCIENTIFIC.fullmatch(folded.strip()):
        return folded.replace(" ", "")
    bare = _SEPARATORS.sub("", folded)
    return bare if bare == text else normal(bare)  # what stood apart may combine now


def check_character(body: str) -> str:
    """The 18th character that belongs to the first 17; these must all be in ALPHABET."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    return len(code) == LENGTH and set(code) <= set(ALPHABET) and check_character(code[:-1]) == code[-1]


def division(code: str) -> str:
    """The six digits of the place of first registration. They never change, so they do not say where a firm is."""
    return code[2:8]


def offer(code: str) -> str | None:
    """The code with I, O, Z, S, V read as 1, 0, 2, 5, U, when that makes it valid: to be offered, never applied."""
    guess = code.translate(MISTAKEN)
    return guess if guess != code and is_valid(guess) else None


def problem(text: str) -> Say | None:
    """What is wrong with a code and how to mend it; None for a valid one."""
    code = normal(text)
    if is_valid(code):
        return None
    if _SCIENTIFIC.fullmatch(code) or (len(code) == LENGTH and code.isdigit() and code.endswith("000")):
        return precision_lost(code)
    if len(code) != LENGTH:
        return _wrong_length(code)
    if strange := [character for character in code if character not in ALPHABET]:
        return _wrong_character(code, strange[0])
    return say(
        "The check character of %(code)s does not match: a character is mistyped or two are swapped. "
        "Compare it with the business licence.",
        code=code,
    )


def precision_lost(code: str) -> Say:
    """For a code that a spreadsheet stored as a number; from the 16th digit on it is gone for good."""
    return say(
        "The spreadsheet turned this code into the number %(code)s and its last digits are lost. "
        "Set the column to text and type the code again.",
        code=code,
    )


def _wrong_length(code: str) -> Say:
    if len(code) == 15 and code.isdigit():
        return say("%(code)s is an old registration number. Ask the firm for its 18-character credit code.", code=code)
    if len(code) == 9:
        return say("%(code)s is an organisation code. The credit code is longer: it has 18 characters.", code=code)
    return say(
        "%(code)s has %(count)s characters, a credit code has 18. Compare it with the business licence.",
        code=code,
        count=len(code),
    )


def _wrong_character(code: str, strange: str) -> Say:
    if guess := offer(code):
        return say(
            "%(code)s contains %(strange)s, but credit codes never use the letters I, O, Z, S, V. "
            "Did you mean %(guess)s?",
            code=code,
            strange=strange,
            guess=guess,
        )
    return say(
        "%(code)s contains %(strange)s, which no credit code has. Compare it with the business licence.",
        code=code,
        strange=strange,
    )
