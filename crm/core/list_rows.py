"""The rows of a list as HTML.

A macro call per cell cost four fifths of a list page's time (50 rows of 10 cells: 21 ms of 28), so plain cells are
drawn here, and the template's macros only draw what needs them: badges and persons once per value, rare kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from crm.core import clock, shown, words
from crm.core.kept import Kept
from crm.core.list_parts import AT_THE_END, Badge, Column
from crm.core.words import say

if TYPE_CHECKING:
    from crm.core.lists import Listing

Draw = Callable[[Any], str]
Macros = Mapping[str, Callable[..., Any]]
NONE = '<span class="none">--</span>'
UNBROKEN = frozenset({"day", "month", "instant", "phone", "badge", "actions", "code"})
WORDS: dict[str, Callable[[Any], str]] = {
    "number": lambda value: f"{value:,}",
    "money": shown.wan,
    "percent": shown.percent,
    "day": shown.day,
    "month": shown.month,
    "instant": shown.moment,
}


def body(listing: Listing, macros: Macros, cells: Macros) -> Markup:
    """All rows. `macros` draw badge, person, phone and (as `other`) rare kinds; `cells` a column's own cells by key."""
    drawer = cache(lambda: _row_drawer(listing, macros, cells))
    if listing.is_plain and not cells and not listing.typed:
        of_list = (listing.name, listing.path, bool(listing.bulk), words.language(), clock.today(), listing.depends,
                   *_shape(listing))  # fmt: skip
        html = [_rows.piece((of_list, row), partial(_drawn, drawer, row)) for row in listing.rows]
    else:
        html = [drawer()(row) for row in listing.rows]
    return Markup("".join(html))  # noqa: S704 - every value went through escape


def _drawn(drawer: Callable[[], Draw], row: Any) -> str:
    return drawer()(row)


_rows = Kept(10_000)


def _shape(listing: Listing) -> Iterator[tuple[str, bool]]:
    return ((column.key, column.phone) for column in listing.columns)


def _row_drawer(listing: Listing, macros: Macros, cells: Macros) -> Draw:
    plan = [
        (*_frame(column, is_first=place == 0), _drawer(listing, column, macros, cells))
        for place, column in enumerate(listing.columns)
    ]
    tick = str(say("Tick %(name)s")) if listing.bulk else ""

    def draw_row(row: Any) -> str:
        mark = listing.mark(row)
        html = [f'<tr class="is-{mark}">' if mark else "<tr>"]
        if tick:
            name = escape(tick % {"name": listing.cell(row, listing.columns[0])})
            html.append(f'<td class="tick"><input class="form-check-input" type="checkbox" name="id" value="{row.id}"')
            html.append(f' aria-label="{name}"></td>')
        for begin, end, draw in plan:
            html += (begin, draw(row), end)
        html.append("</tr>\n")
        return "".join(html)

    return draw_row


def _frame(column: Column, *, is_first: bool) -> tuple[str, str]:
    """The tags around a cell; on a phone the first is the card's title, those marked `phone` its facts."""
    align = column.align or ("end" if column.kind in AT_THE_END else "")
    classes = [
        "card-title" if is_first else "card-fact" if column.phone else "",
        f"to-{align}" if align in ("end", "center") else "",
        "no-wrap" if column.kind in UNBROKEN else "",
        f"is-{column.width}" if column.width else "",
    ]
    attributes = f' class="{" ".join(filter(None, classes))}"' if any(classes) else ""
    if is_first:
        return f'<th scope="row"{attributes}>', "</th>"
    label = f' data-label="{escape(str(column.label))}"' if column.phone else ""
    return f"<td{attributes}{label}>", "</td>"


def _drawer(listing: Listing, column: Column, macros: Macros, cells: Macros) -> Draw:
    """How this column's cell is drawn from a row."""
    if own := cells.get(column.key):
        return lambda row: str(own(row))
    if column.kind == "link":
        return lambda row: _link(listing.href(row), listing.cell(row, column))
    if column.kind in ("flag", "actions"):
        return lambda row: str(macros["other"](listing, row, column))
    draw_value = _by_kind(column.kind, macros)
    if column.same is not None and not listing.typed:
        return _once(column.same, lambda row: draw_value(listing.cell(row, column)))
    return lambda row: draw_value(listing.cell(row, column))


def _once(same: Callable[[Any], Any], draw: Draw) -> Draw:
    known: dict[Any, str] = {}

    def drawn(row: Any) -> str:
        key = same(row)
        if key not in known:
            known[key] = draw(row)
        return known[key]

    return drawn


def _link(url: str | None, name: Any) -> str:
    return f'<a href="{escape(url)}" data-open>{escape(name)}</a>' if url else str(escape(name))


def _by_kind(kind: str, macros: Macros) -> Draw:
    """A badge may stand in any column in place of its usual value."""
    badge = _remembering(macros["badge"])
    draw = badge if kind == "badge" else _plain(kind, macros)

    def draw_value(value: Any) -> str:
        if value is None or value in ("", []):
            return NONE
        return badge(value) if isinstance(value, Badge) else draw(value)

    return draw_value


def _plain(kind: str, macros: Macros) -> Draw:
    if kind == "person":
        return _remembering(macros["person"], _persons)
    if kind == "phone":
        return lambda number: (
            f'<span class="code">{escape(number)}</span>' if "*" in number else str(macros[kind](number))
        )
    if kind == "code":
        return lambda value: f'<span class="code">{escape(value)}</span>'
    if words := WORDS.get(kind):
        return lambda value: str(escape(words(value)))
    return lambda value: str(escape(value))


_persons: dict[Any, str] = {}
MOST_PERSONS = 5000


def _remembering(macro: Callable[..., Any], known: dict[Any, str] | None = None) -> Draw:
    """The same badge stands in many rows: drawn once; a person, who has no words of any language, once for all."""
    known = {} if known is None else known
    if len(known) > MOST_PERSONS:
        known.clear()

    def draw(value: Any) -> str:
        key = tuple(value) if isinstance(value, list) else value
        if key not in known:
            known[key] = str(macro(value))
        return known[key]

    return draw
