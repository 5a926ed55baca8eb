"""The words of a page as people meet them, and what is left of them without the bureau's own texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.rights.sample import whole_database

LATIN = re.compile(r"[A-Za-z]{3,}")
CHINESE = re.compile(r"[㐀-鿿][㐀-鿿、，。：；（）“”]*")
SAID = ("title", "aria-label", "placeholder", "alt", "data-confirm", "data-busy", "data-failed", "data-copied")
UNSEEN = {"script", "style", "template"}
KNOWN = {"CNY", "USD", "HKD", "EUR", "JPY", "Excel", "CSV", "xlsx", "xls", "csv", "English", "中文", "UTF", "PDF"}
KNOWN |= {"Tab", "Enter", "Ctrl", "YAML", "JSON", "Python", "SQLite", "PostgreSQL", "sqlite", "postgresql"}
TYPED = re.compile(r"CRM_\w+|--[a-z-]+\b|flask --app wsgi [\w -]+|commissioner-\w+|“[^”]*”(?=, “/”)")
"""Names of settings and commands, and the cells of a sheet that an explanation quotes."""
ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+|/[\w./-]+|\b[\w-]+\.(?:xlsx|xls|csv|zip|db|log)\b")
CODE = re.compile(r"\b(?=[A-Z0-9-]*\d)[A-Z0-9-]{4,}\b")


def sayings(tree: Any) -> Iterator[str]:
    """Every text a person reads or hears: text nodes, labels of buttons, what attributes say. What is marked as another
    language (WCAG 3.1.2) is read in that one."""
    for element in tree.iter():
        if element.tag in UNSEEN:
            continue
        if element.tag not in ("code", "kbd", "pre") and not is_foreign(element, tree):
            yield element.text or ""
        yield element.tail or ""
        yield from (element.get(name, "") for name in SAID)


def is_foreign(element: Any, tree: Any) -> bool:
    return element.get("lang") not in (None, tree.find(".").get("lang"))


def left_over(texts: Iterable[str], foreign: re.Pattern[str], data: list[str]) -> list[str]:
    """Words of the other language that are neither the bureau's nor addresses, codes or known names."""
    found = {word: text.strip() for text in texts for word in foreign.findall(without(text, data)) if word not in KNOWN}
    return [f"{word}: {text[:90]}" for word, text in sorted(found.items())]


def without(text: str, data: list[str]) -> str:
    if not text.strip():
        return ""
    for own in data:
        if own in text:
            text = text.replace(own, " ")
    for pattern in (TYPED, ADDRESS, CODE):
        text = pattern.sub(" ", text)
    return text


def written_by_the_bureau() -> list[str]:
    """Every Chinese text of every row, longest first; also what stands inside kept JSON."""
    cells = (cell for rows in whole_database().values() for row in rows for cell in row)
    texts = {part.strip() for cell in cells for part in parts(cell)}
    return sorted(filter(CHINESE.search, texts), key=len, reverse=True)


def parts(cell: Any) -> Iterator[str]:
    if isinstance(cell, str):
        yield from cell.splitlines()
        if cell.startswith(("[", "{")):
            yield from parts(json.loads(cell))
    elif isinstance(cell, dict):
        yield from (part for pair in cell.items() for each in pair for part in parts(each))
    elif isinstance(cell, list | tuple):
        yield from (part for each in cell for part in parts(each))
