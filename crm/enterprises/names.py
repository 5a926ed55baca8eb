"""Company names: cleaning, comparing, finding near ones, guessing a short name. Pure; the word lists are data."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crm.core.data_files import read_yaml

_DATA = Path(__file__).parent / "data" / "names.yaml"
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_OPENING, _CLOSING = "〔【[{〈《〖", "〕】]}〉》〗"
_ONE_BRACKET = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_BETWEEN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_BRACKETED = re.compile(r"\(([^()]*)\)")
LONGEST_WORD = 40
"""Characters of a firm's own word; the longest seen have about twenty."""
_PUNCTUATION = re.compile(r"[\s()·•・,.、。\"'“”‘’\-_]+")


@dataclass(frozen=True)
class NameWords:
    """The word lists of data/names.yaml, longest first where one may contain another."""

    legal_forms: tuple[str, ...]
    bracketed: frozenset[str]
    trade_words: tuple[str, ...]
    places: re.Pattern[str]
    """A known place, with or without 省, 市, 区, 县, at the start of a name."""


@cache
def words() -> NameWords:
    raw = read_yaml(_DATA)
    free = _longest_first(f"{raw['provinces']} {raw['cities']} {raw['districts']}".split())
    bound = _longest_first(raw["districts_with_suffix"].split())
    suffix = "(?:省|市|区|县|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区|新区)"
    pattern = f"(?:{'|'.join(free)}){suffix}?|(?:{'|'.join(bound)})(?:区|县|市)"
    return NameWords(
        _longest_first(raw["legal_forms"]),
        frozenset(raw["bracketed_forms"]),
        _longest_first(raw["trade_words"]),
        re.compile(pattern),
    )


def tidy(name: str) -> str:
    """The name as it is stored and shown: no line breaks, no invisible characters, no spaces beside Chinese."""
    flat = " ".join(_INVISIBLE.sub("", name).split())
    return _BETWEEN_CHINESE.sub("", flat)


def normal(name: str) -> str:
    """The form in which two spellings of one name are equal: half width, one kind of bracket, no space, lower case."""
    flat = "".join(unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)).split())
    return unicodedata.normalize("NFKC", flat.casefold()).translate(_ONE_BRACKET)


@dataclass(frozen=True)
class NameParts:
    """A normal name cut in three; `core` is never empty, punctuation and brackets are gone."""

    place: str
    core: str
    form: str


def parts(name: str) -> NameParts:
    """Place in front, own word, legal form at the end: 杭州|和达生物|有限公司."""
    flat = _BRACKETED.sub(_without_form_or_place, normal(name))
    flat = _PUNCTUATION.sub("", flat) or _PUNCTUATION.sub("", normal(name)) or normal(name)
    form = _legal_form(flat)
    rest = flat[: len(flat) - len(form)]
    place = _place(rest)
    return NameParts(place, rest[len(place) :], form)


def stripped(name: str) -> str:
    """The firm's own word: normal form without place, brackets and legal form; never empty for a non-empty name."""
    return parts(name).core


def near(one: str, other: str) -> bool:
    """Whether two names may mean one firm: own words equal or one inserted, missing or wrong character apart."""
    return within_one_edit(stripped(one), stripped(other))


def near_keys(name: str) -> frozenset[str]:
    """Keys by which an index finds every candidate for `near` without reading all names.

    They are the own word and all its variants with one character left out. Two words one edit apart always share
    such a key (leave out the wrong or the additional character), so `near(a, b)` implies a common key. The reverse
    does not hold: candidates found by a key still go through `near`. A word of n characters has at most n + 1 keys;
    one longer than any firm's has its two halves instead, of which one edit leaves one whole.
    """
    core = stripped(name)
    keys = {core}
    if len(core) <= LONGEST_WORD:
        keys |= {core[:i] + core[i + 1 :] for i in range(len(core))}
    if len(core) >= LONGEST_WORD:
        keys |= {half for n in ((len(core) - 1) // 2, len(core) // 2) for half in (f"{core[:n]}…", f"…{core[-n:]}")}
    return frozenset(keys)


def short_guess(name: str) -> str:
    """A proposal for the short name: four characters of the own word, trade words at its end cut off."""
    core = stripped(name)
    if latin := re.match(r"[a-z0-9]{2,}", core):
        return latin.group().upper()
    for word in words().trade_words:
        if core.endswith(word) and len(core) - len(word) >= 2:
            core = core[: -len(word)]
            break
    return core[:4]


def _without_form_or_place(bracketed: re.Match[str]) -> str:
    inside = bracketed.group(1)
    known = inside in words().bracketed or words().places.fullmatch(inside)
    return "" if known else inside


def _legal_form(flat: str) -> str:
    """The legal form at the end, also when one of its last four characters is wrong or missing; "" if none."""
    for form in words().legal_forms:
        if flat.endswith(form) and len(flat) > len(form) and not flat.endswith("分公司"):
            return form
    typo = re.search(r".(?:股份)?(有限公.|有限.司|有.公司|.限公司|限公司|有公司|有限司|有限公)$", flat)
    return flat[typo.start() + 1 :] if typo else ""


def _place(rest: str) -> str:
    """Known places in front, as many as leave an own word of two characters."""
    taken = 0
    while found := words().places.match(rest, taken):
        if len(rest) - found.end() < 2:
            break
        taken = found.end()
    return rest[:taken]


def within_one_edit(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]


def _longest_first(entries: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(entries), key=lambda entry: (-len(entry), entry)))
