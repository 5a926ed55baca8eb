"""Which field a column head means: the words are data/synonyms.yaml, the context rules are here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from crm.core.data_files import read_yaml
from crm.core.words import Say, say
from crm.imports.amounts import UNIT
from crm.tiers.rules import recognise_titles

IGNORE = "-"
EXTRA = "extra"
"""Targets of a hand-made mapping besides the fields: leave the column out, or keep it as an extra field."""

_DATA = Path(__file__).parent / "data" / "synonyms.yaml"
_BRACKETED = re.compile(r"[(\[{<【〔《][^)\]}>】〕》]*[)\]}>】〕》]?")
_DECORATION = re.compile(r"[\s*★☆:,、。·•/\\_\-—“”\"']+")
_UNIT = re.compile(rf"[(/:\s]{UNIT}|{UNIT}$")
_UNIT_LAST = re.compile(rf"(?:单位)?{UNIT}$")


@dataclass(frozen=True)
class Field:
    """One target of a column; `kind` names the parser of its cells, `part` what it is of a person (phone …)."""

    code: str
    zh: str
    en: str
    kind: str
    longest: int | None = None
    part: str = ""
    several: bool = False
    as_extra: bool = False


@dataclass(frozen=True)
class Match:
    """What a head was recognised as; `field` None: nothing. `part`: a bare 电话 or 职务, its owner stands left."""

    field: str | None = None
    part: str = ""
    title: str | None = None
    by_hand: bool = False


@dataclass(frozen=True)
class Vocabulary:
    kind: str
    fields: Mapping[str, Field]
    needs_all: frozenset[str]
    needs_any: frozenset[str]
    words: Mapping[str, str]
    parts: Mapping[str, str]
    people: Mapping[str, Mapping[str, str]]
    stands_in: Mapping[str, str]
    groups: frozenset[str]
    person_words: Sequence[tuple[str, str]] = field(default=())

    def is_header(self, matches: Sequence[Match]) -> bool:
        """Whether these columns make a header: a name column and one of those that tell a list from a letter.

        A name column that somebody named by hand is enough.
        """
        found = {match.field for match in matches}
        is_named = any(match.by_hand and match.field in self.needs_all for match in matches)
        return self.needs_all <= found and (is_named or bool(self.needs_any & found))

    def is_group(self, label: str) -> bool:
        """Whether a label is known to stand above others: 联系人, 基本情况 …"""
        flat = plain(label)
        return flat in self.groups or self.words.get(flat) in self.people


@cache
def vocabulary(kind: str) -> Vocabulary:
    """The words for one kind of file: "roster" or "people". Raises KeyError for any other."""
    raw = read_yaml(_DATA)
    mine = raw["kinds"][kind]
    fields = {code: _field(code, entry) for code, entry in mine["fields"].items()}
    words = {
        plain(word): code
        for code, entry in mine["fields"].items()
        for word in (entry["zh"], entry["en"], *entry["synonyms"])
    }
    people = mine.get("people", {})
    persons = [(word, code) for word, code in words.items() if code in people]
    return Vocabulary(
        kind=kind,
        fields=fields,
        needs_all=frozenset(mine["header"]["all"]),
        needs_any=frozenset(mine["header"]["any"]),
        words=words,
        parts={plain(word): part for part, said in raw["parts"].items() for word in said} if people else {},
        people=people,
        stands_in=mine.get("stands_in", {}),
        groups=frozenset(map(plain, raw["groups"])),
        person_words=sorted(persons, key=lambda entry: -len(entry[0])),
    )


def plain(label: str) -> str:
    """A head without spaces, decoration and brackets with what stands in them, lower case."""
    folded = unicodedata.normalize("NFKC", label).casefold()
    bare = _DECORATION.sub("", _BRACKETED.sub("", folded))
    return bare or _DECORATION.sub("", folded)


def money_unit(label: str) -> str | None:
    """万元, 亿元, 万美元 … out of 注册资本（万元） or 注册资本/万元; None when the head does not say."""
    found = _UNIT.search(unicodedata.normalize("NFKC", label))
    return found.group(1) or found.group(2) if found else None


def recognise(words: Vocabulary, heads: Sequence[tuple[str, str]], mapping: Mapping[str, str]) -> list[Match]:
    """One match per column from its (upper, lower) head; `mapping` from a head to a field wins over the words.

    A field is given once, to its first column, except those that may have several.
    """
    by_hand = {plain_path(label): target for label, target in mapping.items()}
    matches = [_by_hand(by_hand, upper, lower) or _match(words, upper, lower) for upper, lower in heads]
    return _once(words, _owned(words, matches))


def mapping_problems(words: Vocabulary, mapping: Mapping[str, str]) -> list[Say]:
    """Targets of a mapping that do not exist, with those that do."""
    known = ", ".join(sorted(words.fields))
    return [
        say("“%(target)s” is no field. Known are: %(known)s", target=target, known=known)
        for target in mapping.values()
        if target not in words.fields and target not in (IGNORE, EXTRA)
    ]


def plain_path(label: str) -> str:
    """A joined head compared part by part: "联系人/姓名"."""
    return "/".join(filter(None, map(plain, label.split("/"))))


def joined(upper: str, lower: str) -> str:
    """The one name of a two-level head, as errors and the mapping call it."""
    upper, lower = " ".join(upper.split()), " ".join(lower.split())
    return f"{upper}/{lower}" if upper and lower and upper != lower else upper or lower


def _by_hand(by_hand: Mapping[str, str], upper: str, lower: str) -> Match | None:
    target = by_hand.get(plain_path(joined(upper, lower))) or by_hand.get(plain_path(lower or upper))
    if target is None:
        return None
    return Match(None if target == EXTRA else target, by_hand=True)


def _match(words: Vocabulary, upper: str, lower: str) -> Match:
    if not upper or not lower or plain(upper) == plain(lower):
        return _match_one(words, lower or upper)
    owner = words.words.get(plain(upper), "")
    if owner in words.people:
        part = words.parts.get(plain(lower))
        return Match(words.people[owner].get(part)) if part else _match_one(words, lower)
    below = _match_one(words, lower)
    return below if below.field or below.part else _match_one(words, upper + lower)


def _match_one(words: Vocabulary, label: str) -> Match:
    flat = plain(label)
    if not flat:
        return Match()
    if part := words.parts.get(flat):
        return Match(_field_of_part(words, part), part=part)
    if code := words.words.get(flat) or words.words.get(_UNIT_LAST.sub("", flat)):
        return Match(code)
    for person, code in words.person_words:
        if flat.startswith(person) and (part := words.parts.get(flat.removeprefix(person))):
            return Match(words.people[code].get(part))
    return _title(words, flat)


def _title(words: Vocabulary, flat: str) -> Match:
    """A column that stands for one title: 是否规上, 高新技术企业."""
    if "titles" not in words.fields:
        return Match()
    claims = recognise_titles(re.sub(r"^是否(?:为|属于|是)?", "", flat))
    return Match("titles", title=claims.held[0].title) if len(claims.held) == 1 and not claims.unknown else Match()


def _field_of_part(words: Vocabulary, part: str) -> str | None:
    return next((code for code, known in words.fields.items() if known.part == part), None)


def _owned(words: Vocabulary, matches: list[Match]) -> list[Match]:
    """A bare 电话 or 职务 belongs to the person column it follows; without one, to the firm's contact."""
    found = {match.field for match in matches}
    owned, owner = [], None
    for match in matches:
        if not match.part or match.by_hand:
            owner = match.field if match.field in words.people else None
        owned.append(_given_to(words, match, owner, found) if match.part and owner else match)
    return owned


def _given_to(words: Vocabulary, match: Match, owner: str, found: set[str | None]) -> Match:
    stand_in = words.stands_in.get(owner)
    person = stand_in if stand_in and stand_in not in found else owner
    return replace(match, field=words.people[person].get(match.part))


def _once(words: Vocabulary, matches: list[Match]) -> list[Match]:
    taken: set[str | None] = {match.field for match in matches if match.by_hand and match.field}
    kept = []
    for match in matches:
        known = words.fields.get(match.field or "")
        is_single = known and not known.several and known.kind != "ignored" and not match.by_hand
        kept.append(Match() if is_single and match.field in taken else match)
        taken.add(match.field)
    return kept


def _field(code: str, entry: dict[str, Any]) -> Field:
    known = {"longest", "part", "several", "as_extra"}
    return Field(code, entry["zh"], entry["en"], entry["type"], **{k: v for k, v in entry.items() if k in known})
