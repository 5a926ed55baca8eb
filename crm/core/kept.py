"""Pieces of pages drawn before. Each is kept under everything it depends on, so what is found is what would be drawn.

Kept in each process, bounded, and for one language: half of a list page's time was drawing the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from crm.core import words

TOKEN = "\x02token\x03"  # noqa: S105 - stands where the form token of the session goes
PATH = "\x02path\x03"


class Kept:
    """At most `most` pieces; when full it starts anew, which costs one page."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.pieces: dict[Hashable, str] = {}

    def piece(self, key: Hashable, draw: Callable[[], str]) -> str:
        found = self.pieces.get(key)
        if found is None:
            if len(self.pieces) >= self.most:
                self.pieces.clear()
            found = self.pieces[key] = draw()
        return found


_fragments = Kept(2000)


def fragment(name: str, *depends: Hashable, caller: Callable[[], str], path: str = "") -> Markup:
    """`{% call drawn_once("menu", tuple(menu)) %}…{% endcall %}`: drawn once for each value of `depends`.

    Inside, `TOKEN_HERE` and `PATH_HERE` stand for the form token and for `path`, which differ from page to page.
    """
    text = str(_fragments.piece((name, words.language(), *depends), lambda: str(caller())))
    if TOKEN in text:
        text = text.replace(TOKEN, generate_csrf())
    return Markup(text.replace(PATH, Markup.escape(path)) if path else text)  # noqa: S704 - the template has escaped
