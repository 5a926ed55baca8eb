"""Pinyin by which a firm or a person is found (hd, heda, hzhd, hangzhouheda) and by which lists are sorted.

The dictionary's first reading is often wrong for a name (长盛 zhang, 曾 ceng), so every reading is a key: the first
one, then all that differ in one character, the likeliest first, then those that differ in two; sixteen in all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import combinations, islice, product
from pathlib import Path

from crm.core.data_files import read_yaml
from crm.enterprises import names

MOST_READINGS = 16
LONGEST_KEY = 48
"""Characters kept of a key; a query is cut to the same length, so that a longer one still finds."""

_DATA = Path(__file__).parent / "data" / "pinyin.yaml"
_WORD = re.compile(r"[a-z0-9]+")
_ATOMS = re.compile(r"[a-z0-9]+|[^a-z0-9]")


class KeyKind(StrEnum):
    SPELLED = "spelled"
    INITIALS = "initials"
    LATIN = "latin"
    """A word of Latin letters or digits inside the name, readable as typed."""


@dataclass(frozen=True, order=True)
class SearchKey:
    """Lower-case a-z and 0-9; a query finds it as a prefix."""

    text: str
    kind: KeyKind


@dataclass(frozen=True)
class Overrides:
    """The corrections of data/pinyin.yaml, as syllables per character."""

    preferred: dict[str, str]
    surnames: dict[str, tuple[str, ...]]
    places: dict[str, tuple[str, ...]]


@cache
def overrides() -> Overrides:
    raw = read_yaml(_DATA)
    return Overrides(
        raw["preferred"],
        {written: tuple(said.split()) for written, said in raw["surnames"].items()},
        {written: tuple(said.split()) for written, said in raw["places"].items()},
    )


def keys(name: str, aliases: Iterable[str] = ()) -> list[SearchKey]:
    """Every key of a name and its aliases (short name, former names): own word and full name, spelled and initials."""
    found: dict[SearchKey, None] = {}
    for written in (name, *aliases):
        found.update(dict.fromkeys(_keys_of(written)))
    return list(found)


def query_key(typed: str) -> str:
    """What a query is compared by: "He Da", "he'da" and "hédá" all look for heda, "lǜ" and "lv" for lv."""
    bare = unicodedata.normalize("NFD", typed.casefold()).replace("u\u0308", "v")
    return _only_ascii(unicodedata.normalize("NFKD", bare))[:LONGEST_KEY]


def sort_key(name: str) -> str:
    """Pinyin of the own word, then of the whole name, for a stored column compared byte by byte (COLLATE "C")."""
    part = names.parts(name)
    own = _first_reading(part.core)
    if len(part.core) <= 4 and not part.form:  # a person's name
        own = _surname_reading(part.core, own)
    return f"{' '.join(own)} | {' '.join(_first_reading(names.normal(name)))}"[:200]


def _keys_of(written: str) -> Iterator[SearchKey]:
    """Own word and full name; the place alone in front of the own word is a prefix of the full name, so no key."""
    part = names.parts(written)
    place, form = _place_reading(part.place), _first_reading(part.form)
    atoms = _ATOMS.findall(part.core + part.form)
    for said in islice(readings(part.core), MOST_READINGS):
        yield from _spelled_and_initials(atoms, said + form)
        if place:
            yield from _spelled_and_initials([*part.place, *atoms], place + said + form)
    for word in _WORD.findall(part.core):
        if len(word) > 1 and not part.core.startswith(word):
            yield SearchKey(word[:LONGEST_KEY], KeyKind.LATIN)


def _spelled_and_initials(atoms: list[str], said: tuple[str, ...]) -> Iterator[SearchKey]:
    """A Latin word or number counts whole among the initials: 360aq, tclkj."""
    initial = (syllable if _WORD.fullmatch(atom) else syllable[:1] for atom, syllable in zip(atoms, said, strict=True))
    spelled, initials = _only_ascii("".join(said))[:LONGEST_KEY], _only_ascii("".join(initial))[:LONGEST_KEY]
    if spelled:
        yield SearchKey(spelled, KeyKind.SPELLED)
    if len(initials) > 1 and initials != spelled:
        yield SearchKey(initials, KeyKind.INITIALS)


def readings(core: str) -> Iterator[tuple[str, ...]]:
    """All readings of a word, syllable per character, the likeliest first: none, one, then two characters deviate."""
    base = _first_reading(core)
    yield base
    surname = _surname_reading(core, base)
    if surname != base:
        yield surname
    others = _other_readings(core, base)
    for rank in range(max((len(o) for o in others), default=0)):
        for place, alternatives in enumerate(others):
            if rank < len(alternatives):
                yield _with(base, {place: alternatives[rank]})
    for one, two in combinations(range(len(base)), 2):
        for said in product(others[one], others[two]):
            yield _with(base, dict(zip((one, two), said, strict=True)))


def _other_readings(core: str, base: tuple[str, ...]) -> list[list[str]]:
    """Per character its readings besides the one in `base`, in the dictionary's order."""
    every = [_dictionary(atom) for atom in _ATOMS.findall(core)]
    return [[said for said in dict.fromkeys(known) if said != first] for known, first in zip(every, base, strict=True)]


@cache
def _dictionary(character: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin  # its dictionaries take a tenth of the application's start

    return tuple(pinyin(character, heteronym=True, style=Style.NORMAL)[0])


@lru_cache(maxsize=4096)  # places and legal forms repeat
def _first_reading(text: str) -> tuple[str, ...]:
    """One syllable per Chinese character, one item per Latin word; characters without reading stay as they are."""
    said: list[str] = []
    for atom in re.findall(r"[a-z0-9]+|[^a-z0-9]+", text):
        said.extend([atom] if _WORD.fullmatch(atom) else map(_likeliest, atom, _phrases(atom)))
    return tuple(said)


def _phrases(chinese: str) -> list[list[str]]:
    """Readings per character: one where a phrase of the dictionary decides, else all."""
    from pypinyin import Style, pinyin

    return pinyin(chinese, heteronym=True, style=Style.NORMAL, errors=_as_written)  # type: ignore[arg-type]


def _as_written(strange: str) -> list[list[str]]:
    return [[character] for character in strange]


def _likeliest(character: str, known: list[str]) -> str:
    preferred = overrides().preferred.get(character)
    return preferred if preferred in known else known[0]


def _surname_reading(core: str, base: tuple[str, ...]) -> tuple[str, ...]:
    for length in (2, 1):
        if said := overrides().surnames.get(core[:length]):
            return said + base[length:]
    return base


def _place_reading(place: str) -> tuple[str, ...]:
    said = list(_first_reading(place))
    for written, correct in overrides().places.items():
        if (at := place.find(written)) >= 0:
            said[at : at + len(written)] = correct
    return tuple(said)


def _with(base: tuple[str, ...], changes: dict[int, str]) -> tuple[str, ...]:
    return tuple(changes.get(place, said) for place, said in enumerate(base))


def _only_ascii(text: str) -> str:
    return "".join(_WORD.findall(text))
