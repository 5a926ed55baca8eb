"""What a tier asks for, which titles exist, and how a bureau's own words for both are recognised."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from crm.core.rulebook import rulebook

_APART = re.compile(r"[、,，;；/|\s+]+")
_QUOTES = re.compile(r"[\"'“”‘’「」《》()（）\[\]【】:：]")
_YEARS = re.compile(r"(20\d{2})年?(?:度|认定|至今)?(?:[-—–~至到](20\d{2})年?)?|第[一二三四五六七八九十\d]+批")
_DENIED = re.compile(r"^(?:非|未|不是|否|无|没有|规下)")
_FILLING = re.compile(r"企业|称号|认定|认证|国家级|省级|市级|区级|国家|浙江省|杭州市|全国|省|市|有效期|获评|已|和|及")


@dataclass(frozen=True)
class Tier:
    """`visit_every_months` None: no cadence of its own. At most `cap_visits` visits in `cap_months` months."""

    code: str
    zh: str
    en: str
    visit_every_months: int | None
    cap_visits: int | None
    cap_months: int | None
    phone_counts: bool
    liaison_zh: str
    liaison_en: str


@dataclass(frozen=True)
class Title:
    """`years` a certificate runs, None when it holds until withdrawn; `level` national, provincial or municipal.

    New certificates are given from `granted_from` to `granted_until`, both included; None: no bound known.
    """

    code: str
    zh: str
    en: str
    level: str
    years: int | None = None
    granted_from: date | None = None
    granted_until: date | None = None

    def is_granted(self, on: date) -> bool:
        return (self.granted_from or date.min) <= on <= (self.granted_until or date.max)


@dataclass(frozen=True)
class Claim:
    """A title somebody wrote down, with the years written beside it."""

    title: str
    since_year: int | None = None
    until_year: int | None = None


@dataclass(frozen=True)
class Claims:
    """`unknown` are the words that name no title: shown to the clerk, never dropped."""

    held: tuple[Claim, ...]
    unknown: tuple[str, ...]


def tiers(on: date) -> dict[str, Tier]:
    """The tiers in force on a day by code, highest first."""
    return {raw["code"]: _tier(raw) for raw in rulebook("tiers/tiers").on(on).content["tiers"]}


def silent_after(on: date) -> int:
    """Days without a visit after which any firm is silent, whatever its tier asks for."""
    return int(rulebook("tiers/tiers").on(on).content["silent_after_days"])


@cache
def titles() -> dict[str, Title]:
    """Every title ever known by code; certificates outlive the scheme that granted them."""
    return {
        raw["code"]: Title(**{key: value for key, value in raw.items() if key != "synonyms"})
        for edition in rulebook("tiers/titles").editions
        for raw in edition.content["titles"]
    }


def recognise_tier(text: str) -> str | None:
    """The code of a tier from T1, 龙头, 一类, 第一层级, A类 …; None when the words name none."""
    return _tier_words().get(_bare(text).upper().removesuffix("企业"))


@lru_cache(maxsize=4096)  # a column repeats itself
def recognise_titles(text: str) -> Claims:
    """Titles out of a cell such as 国高（2023）、省级专精特新; a denial (非规上, 未认定) claims nothing."""
    held: dict[str, Claim] = {}
    unknown = []
    for piece in _pieces(text):
        claims = _claims_of(piece)
        if claims is None:
            unknown.append(piece)
        else:
            held.update((claim.title, claim) for claim in claims)
    return Claims(tuple(held.values()), tuple(unknown))


def _pieces(text: str) -> list[str]:
    """Parts between separators; a part that is only a year or a level belongs to the title before it."""
    pieces: list[str] = []
    for part in filter(None, _APART.split(unicodedata.normalize("NFKC", text))):
        if pieces and not _FILLING.sub("", _YEARS.sub("", _bare(part))):
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces


def _claims_of(piece: str) -> list[Claim] | None:
    """The titles of one part, none for a denial; None when anything in it stays unexplained (拟申报小巨人)."""
    flat = _bare(piece)
    if _DENIED.match(flat):
        return []
    years = _YEARS.search(flat)
    rest = _YEARS.sub("", flat)
    found = _title_pattern().findall(rest)
    if not found or _FILLING.sub("", _title_pattern().sub("", rest)):
        return None
    since, until = (int(y) if y else None for y in years.groups()) if years else (None, None)
    return [Claim(_title_words()[word], since, until) for word in found]


def _bare(text: str) -> str:
    return _QUOTES.sub("", unicodedata.normalize("NFKC", text)).replace(" ", "").strip()


@cache
def _tier_words() -> dict[str, str]:
    words: dict[str, str] = {}
    for edition in rulebook("tiers/tiers").editions:
        for raw in edition.content["tiers"]:
            for word in (raw["code"], raw["zh"], raw["en"], *raw["synonyms"]):
                words[_bare(str(word)).upper().removesuffix("企业")] = raw["code"]
    return words


@cache
def _title_words() -> dict[str, str]:
    return {
        _bare(word): raw["code"]
        for edition in rulebook("tiers/titles").editions
        for raw in edition.content["titles"]
        for word in (raw["code"], raw["zh"], raw["en"], *raw["synonyms"])
    }


@cache
def _title_pattern() -> re.Pattern[str]:
    """Any title, the longest first, so that 专精特新小巨人 is one title and 新雏鹰 is not 雏鹰."""
    return re.compile("|".join(re.escape(word) for word in sorted(_title_words(), key=len, reverse=True)))


def _tier(raw: dict[str, Any]) -> Tier:
    cap, liaison = raw.get("cap", {}), raw.get("liaison", {})
    return Tier(
        code=raw["code"],
        zh=raw["zh"],
        en=raw["en"],
        visit_every_months=raw.get("visit_every_months"),
        cap_visits=cap.get("visits"),
        cap_months=cap.get("months"),
        phone_counts=raw.get("phone_counts", False),
        liaison_zh=liaison.get("zh", ""),
        liaison_en=liaison.get("en", ""),
    )
