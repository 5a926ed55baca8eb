"""HTML as a tree: Lexbor reads it, html5lib says whether it is valid.

Both follow the HTML standard; html5lib names the errors and is thirty times slower. It is therefore asked only when a
page puts two tags beside each other that no valid page of this worker had so, or when a "<" belongs to no tag.
"""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
from selectolax.lexbor import LexborHTMLParser, LexborNode

VALUES = re.compile(r'="[^"]*"')
TAGS = re.compile(r"<[^<>]*>")
seen_valid: set[tuple[str, str]] = set()


def tree_of(text: str) -> Element:
    """The whole page, also when `text` is a part of one."""
    root = LexborHTMLParser(text).root
    assert root is not None
    return _element(root)


def _element(node: LexborNode) -> Element:
    made = Element(node.tag or "", {name: value or "" for name, value in node.attributes.items()})
    last: Element | None = None
    child = node.child
    while child is not None:
        if child.is_text_node:
            words = child.text_content or ""
            if last is None:
                made.text = (made.text or "") + words
            else:
                last.tail = (last.tail or "") + words
        elif child.is_element_node:
            made.append(last := _element(child))
        child = child.next
    return made


def faults_of(text: str) -> list[object]:
    """What html5lib has against a whole page."""
    bare = VALUES.sub("", text)
    beside = set(pairwise(TAGS.findall(bare)))
    if beside <= seen_valid and "<" not in TAGS.sub("", bare):
        return []
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    if not parser.errors:
        seen_valid.update(beside)
    return list(parser.errors)
