"""How a typed word finds a firm without reading all firms: pairs of characters, prefixes and tails in index tables.

`search_gram(gram, enterprise_id)` holds `grams()` of every text by which a firm is found; `search_key` holds the
pinyin keys, `tail_keys()` of codes and `phone_keys()` of contacts. `plan()` says for a query which of the two to ask,
and with what.

Phones are keys of their own kind, for not everybody sees them: begun with PHONE, which no typed word can contain, they
are met only by who asks for them. Whoever sees a number masked finds it by the whole of it, or he could guess it
digit by digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from crm.enterprises import names, pinyin

LONGEST_QUERY = 64
MOST_GRAMS = 6
"""More pairs cost more than they narrow; the rarest are kept and the text itself is compared afterwards."""
SHORTEST_TAIL = 4
SHORTEST_NUMBER = 7
"""Digits of a number that is known when it is typed as a whole; shorter ones are soon guessed."""
PHONE = "#"

_COMMON = frozenset(
    pair
    for habitual in ("股份有限公司", "有限责任公司", "集团有限公司", "科技有限", "科技股份", "浙江省杭州市", "中国")
    for pair in map("".join, pairwise(habitual))
)
_ALNUM = re.compile(r"[0-9a-z]+")


class SearchPath(StrEnum):
    PINYIN = "pinyin"
    """Letters only: prefix of a pinyin key, from four letters also the tail of a code."""
    TAIL = "tail"
    """Digits, perhaps with letters: tail or head of a credit code or stock code, from four on also of a phone."""
    BIGRAM = "bigram"
    """Two or more characters with Chinese among them: firms that have every pair."""
    SINGLE = "single"
    """One Chinese character: firms with a pair that begins with it."""


@dataclass(frozen=True)
class Term:
    """One word of a query. A firm matches when any of `prefixes` begins one of its search keys (PINYIN, TAIL), or
    when it has all of `grams`, the rarest first, and one of its texts contains `text` (BIGRAM), or when one of its
    grams begins with `text` (SINGLE). A firm whose contacts the reader sees directly also matches when any of
    `phone_prefixes` begins one of its keys, every other one when it has the key `whole_phone`."""

    path: SearchPath
    text: str
    prefixes: tuple[str, ...] = ()
    grams: tuple[str, ...] = ()
    phone_prefixes: tuple[str, ...] = ()
    whole_phone: str = ""


@dataclass(frozen=True)
class SearchPlan:
    """A firm is found when it matches every term; without terms the query says nothing and finds all."""

    terms: tuple[Term, ...]


def grams(text: str) -> set[str]:
    """Every pair of neighbouring characters of the normal form, and its last character alone.

    So each character begins some gram, and a single character is found by prefix.
    """
    flat = names.normal(text)
    return {flat[i : i + 2] for i in range(len(flat))}


def query_grams(text: str) -> tuple[str, ...]:
    """The pairs a firm must have to contain the text, rarest first, at most MOST_GRAMS; none for one character."""
    flat = names.normal(text)
    pairs = dict.fromkeys(flat[i : i + 2] for i in range(len(flat) - 1))
    return tuple(sorted(pairs, key=lambda pair: pair in _COMMON)[:MOST_GRAMS])


def tail_keys(number: str) -> set[str]:
    """Keys of a code or phone, also of several parted by "/": forwards and backwards, head and tail are prefixes."""
    flat = set(filter(None, map(_alnum, number.split("/"))))
    return flat | {key[::-1] for key in flat}


def phone_keys(number: str) -> set[str]:
    """The same of a contact's phone, as a kind of its own."""
    return {PHONE + key for key in tail_keys(number)}


def plan(query: str) -> SearchPlan:
    """Which way each word of a query goes. Letters and digits stay together over spaces: "he da", "138 1234"."""
    return SearchPlan(tuple(_term(word) for word in _words(query[:LONGEST_QUERY])))


def escaped(text: str) -> str:
    r"""The text for a LIKE pattern with ESCAPE '\': %, _ and \ stand for themselves."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _words(query: str) -> Iterator[str]:
    words = query.split()
    if not any(_has_chinese(word) for word in words):
        words = ["".join(words)]
    yield from filter(_says_something, words)


def _term(word: str) -> Term:
    flat = names.normal(word)
    if _has_chinese(word):
        path = SearchPath.BIGRAM if len(flat) > 1 else SearchPath.SINGLE
        return Term(path, flat, grams=query_grams(flat))
    key, number = pinyin.query_key(word), _alnum(word)
    prefixes = [key] if len(number) < SHORTEST_TAIL else [key, number[::-1]]
    path = SearchPath.PINYIN if key.isalpha() else SearchPath.TAIL
    term = Term(path, key, tuple(dict.fromkeys(prefixes)))
    return term if path == SearchPath.PINYIN or len(number) < SHORTEST_TAIL else _perhaps_phone(term, number)


def _perhaps_phone(term: Term, number: str) -> Term:
    whole = PHONE + number if len(number) >= SHORTEST_NUMBER else ""
    return replace(term, phone_prefixes=(PHONE + number, PHONE + number[::-1]), whole_phone=whole)


def _says_something(word: str) -> bool:
    """Whether a letter or digit is left to look for: % and — alone ask nothing."""
    return any(map(str.isalnum, word)) if _has_chinese(word) else bool(pinyin.query_key(word))


def _has_chinese(word: str) -> bool:
    return any(ord(character) >= 0x2E80 for character in names.normal(word))


def _alnum(text: str) -> str:
    return "".join(_ALNUM.findall(names.normal(text)))
