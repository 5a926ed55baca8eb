"""People named in cells: one or several officials, a contact, a legal representative."""

from __future__ import annotations

import re
import unicodedata

from crm.core.words import Say, say
from crm.enterprises.names import tidy
from crm.enterprises.phones import is_masked
from crm.imports.outcome import Outcome, Parsed, Problem, masked, of_text, written
from crm.sheets.grid import Cell

_APART = re.compile(r"[、,，;；/|\n\r+＋&]+|(?<=[\u4e00-\u9fff])和(?=[\u4e00-\u9fff]{2})")
_ASIDE = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]?")
_ROLE = re.compile(r"[AB][角岗][:：]?|主办[:：]|协办[:：]", re.IGNORECASE)
_DIGITS = re.compile(r"[\d\-]{5,}")
_TITLE = re.compile(
    r"(?:正|副)?(?:科长|主任|局长|处长|书记|主席|部长|所长|站长|队长|组长|经理|总监|董事长|总经理|科员|干部|专员|委员|主管)$"
)
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff〇·•・]{2,20}|[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ .'\-·]{1,39}")
_OFFICE = re.compile(r".+(?:局|办公室|中心|街道|公司|委员会|管委会|小镇|园区)|.{3,}(?:科|处|部|办|组|站|所|队|室)")
MOST_OFFICIALS = 2
MOST_VISITORS = 10


@of_text
def officials(_cell: Cell, text: str) -> Outcome[tuple[str, ...]]:
    """Commissioner and perhaps deputy, in order: 杜建、黎静. Remarks in brackets, phones and posts are left out."""
    if is_masked(text):
        return masked()
    names = list(dict.fromkeys(filter(None, map(_bare, _pieces(text)))))
    if why := next(filter(None, (_no_name(name, text) for name in names or [text])), None):
        return Problem(why)
    if len(names) > MOST_OFFICIALS:
        many = say("%(value)s are %(count)s people. Keep a commissioner and a deputy.", value=text, count=len(names))
        return Problem(many)
    return Parsed(tuple(names), _note(names, text))


@of_text
def visitors(_cell: Cell, text: str) -> Outcome[tuple[str, ...]]:
    """Everybody who came along, the visitor himself first: 杜建、黎静、王磊."""
    if is_masked(text):
        return masked()
    names = list(dict.fromkeys(filter(None, map(_bare, _pieces(text)))))
    if why := next(filter(None, (_no_name(name, text) for name in names or [text])), None):
        return Problem(why)
    if len(names) > MOST_VISITORS:
        return Problem(say("%(value)s are %(count)s people. Keep the first ten.", value=text, count=len(names)))
    return Parsed(tuple(names))


def official(cell: Cell | None) -> Outcome[str]:
    """Exactly one person, as in a list of people."""
    found = officials(cell)
    if isinstance(found, Problem) or found.value is None:
        return found if isinstance(found, Problem) else Parsed(None, found.note)
    if len(found.value) > 1:
        return Problem(say("%(value)s are two people. Give each a row of his own.", value=written(cell)))
    return Parsed(found.value[0], found.note)


@of_text
def person(_cell: Cell, text: str) -> Outcome[str]:
    """A contact or legal representative as written; only alignment spaces inside a short name go."""
    if is_masked(text):
        return masked()
    if text.isdigit():
        return Problem(say("%(value)s is a number where a name belongs. Are two columns swapped?", value=text))
    return Parsed(tidy(text))


def _pieces(text: str) -> list[str]:
    """Split at separators; spaces part people too, but not the one that aligns 张　三 with three-character names."""
    pieces: list[str] = []
    for piece in _APART.split(_ASIDE.sub(" ", _ROLE.sub("、", text))):
        words = _DIGITS.sub(" ", piece).split()
        latin = any(word.isascii() for word in words)
        pieces.extend(["".join(words)] if not latin and any(len(word) == 1 for word in words) else words)
        if latin:
            pieces[-len(words) :] = [" ".join(words)]
    return pieces


def _bare(piece: str) -> str:
    name = unicodedata.normalize("NFKC", piece).strip(" .:：。*")
    without = _TITLE.sub("", name)
    return without if len(without) >= 2 else name


def _note(names: list[str], text: str) -> Say | None:
    if len(names) == MOST_OFFICIALS:
        return say("%(first)s becomes commissioner, %(second)s deputy", first=names[0], second=names[1])
    return say("“%(value)s” is read as %(name)s", value=text, name=names[0]) if tidy(text) != names[0] else None


def _no_name(name: str, text: str) -> Say | None:
    if _TITLE.search(name):
        return say("%(value)s names a post, not a person. Write the full name.", value=text)
    if _OFFICE.fullmatch(name):
        return say("%(value)s names an office, not a person. Write the full name of the official.", value=text)
    if not _NAME.fullmatch(name):
        return say("%(value)s is not a person's name. Write the full name, two people apart by a comma.", value=text)
    return None
