"""The one list: filters in the URL, sort, pages, totals. What is listed is the business of whoever fills it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup
from sqlalchemy import Select, func, literal, select
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, RadioField, SearchField, SelectField, SelectMultipleField

from crm.core import list_rows
from crm.core.db import db
from crm.core.list_parts import Act, Badge, Chip, Column, Empty, Person, View
from crm.core.list_rows import Macros
from crm.core.words import Say, _, say

__all__ = ["MOST_COUNTED", "SIZES", "Act", "Badge", "Chip", "Column", "Empty", "Listing", "Person", "View"]

SIZES = (20, 50, 100)
MOST_COUNTED = 1000
"""A text search stops counting here and says "1,000+"."""
MOST_PARTS = 20
OF_THE_LIST = frozenset({"page", "size", "sort", "columns", "grid", "view"})
"""Parameters that are no filters."""


class Listing:
    """One page of rows and everything the template draws around them.

    Make it with its columns and the request's parameters, then `take` a Select. Filters are applied by the caller:
    the Select already holds them; the form here only shows them.
    """

    def __init__(
        self,
        name: str,
        caption: Say | str,
        columns: Sequence[Column],
        *,
        args: MultiDict[str, str] | None = None,
        path: str | None = None,
        sort: str = "",
        tie: Any = None,
        filters: Form | None = None,
        href: Callable[[Any], str | None] | None = None,
        mark: Callable[[Any], str] | None = None,
    ) -> None:
        """`sort` is the order when the URL names none; `tie` the expression that makes every order total (the id)."""
        args = request.args if args is None else args
        self.name, self.caption, self.path = name, caption, request.path if path is None else path
        self.params = [(k, v) for k, v in args.items(multi=True) if k != "page" and v.strip()]
        self._asked_page = _positive(args.get("page"))
        self.size = size if (size := _positive(args.get("size"))) in SIZES else SIZES[0]
        self.sizes = SIZES
        self.every = list(columns)
        self.columns = _chosen(columns, args.getlist("columns"))
        self.all_columns = self.every if any(c.optional for c in columns) else []
        self.sort = _known_sort(args.get("sort", ""), columns) or sort
        self.tie = tie
        self.filters, self._href, self._mark = filters, href, mark
        self.rows: Sequence[Any] = []
        self.total, self.capped, self.page, self.pages = 0, False, 1, 1
        self.chips = self._chips(filters) if filters is not None else []
        self.clear_url = self.url(**dict.fromkeys(self._filter_names()))
        self.views: list[View] = []
        self.save_view_url: str | None = None
        self.tools: list[Act] = []
        self.exports: list[tuple[Say | str, str]] = []
        self.bulk: list[Act] = []
        self.empty = Empty(say("Nothing here yet"))
        self.grid: Any = None
        self.grid_url: str | None = None
        self.cell_errors: dict[tuple[Any, str], Say | str] = {}
        self.typed: Mapping[str, str] = {}
        self.depends: tuple[Any, ...] = ()
        """What the cells of plain rows follow from besides."""
        self.is_plain = False
        """Whoever fills it says so when a row's cells follow from its values and the day alone: such rows are kept."""

    def take(self, statement: Select[Any], *, total: int | None = None, capped: bool = False) -> Listing:
        """Count (unless the total is known), turn to the page asked for, fetch its rows in order."""
        if total is None:
            counted = statement.order_by(None).with_only_columns(literal(1), maintain_column_froms=True)
            total = db.session.scalar(select(func.count()).select_from(counted.subquery())) or 0
        self.counted(total, capped=capped)
        result = db.session.execute(self.window(statement))
        self.rows = list(result.scalars() if len(statement.column_descriptions) == 1 else result)
        return self

    def counted(self, total: int, *, capped: bool = False) -> None:
        """Tell how many rows there are; a page beyond the last one becomes the first."""
        self.total, self.capped = total, capped
        self.pages = max(1, -(-total // self.size))
        self.page = self._asked_page if self._asked_page <= self.pages else 1

    @property
    def is_further_on(self) -> bool:
        """Is a page after the first asked for?"""
        return self._asked_page > 1

    def window(self, statement: Select[Any]) -> Select[Any]:
        """The statement in the list's order, cut to the page; call after `counted`."""
        return statement.order_by(None).order_by(*self.order()).limit(self.size).offset((self.page - 1) * self.size)

    def order(self) -> list[Any]:
        wanted, is_down = self.sort.lstrip("-"), self.sort.startswith("-")
        column = next((c for c in self.every if c.key == wanted), None)
        found = [_directed(expression, column.nulls, is_down) for expression in column.order] if column else []
        return [*found, *([self.tie.desc() if is_down else self.tie] if self.tie is not None else [])]

    def cell(self, row: Any, column: Column) -> Any:
        if self.typed and (key := f"{row.id}-{column.key}") in self.typed:
            return self.typed[key]
        return self.stands(row, column)

    def stands(self, row: Any, column: Column) -> Any:
        """What the cell holds, whatever was typed over it."""
        return column.value(row) if column.value else getattr(row, column.key)

    def href(self, row: Any) -> str | None:
        return self._href(row) if self._href else None

    def mark(self, row: Any) -> str:
        return self._mark(row) if self._mark else ""

    def body(self, macros: Macros, cells: Macros) -> Markup:
        """The rows as HTML; see `list_rows`."""
        return list_rows.body(self, macros, cells)

    def part(self, macro: Callable[[Listing], Any], *depends: Any) -> Markup:
        """What the parameters alone (filter bar, column heads, chooser) or `depends` decide (pager), drawn once for as
        long as the filter form lives: a third of a list page's time (see `enterprise_filters.filter_form`)."""
        own = vars(self.filters) if self.filters else {}
        known: dict[Any, Markup] = own.setdefault("drawn_by_counts" if depends else "drawn_parts", {})
        state = (bool(self.bulk), bool(self.grid), self.sort, self.path, *(column.key for column in self.columns))
        key = (macro.name, tuple(self.params), state, depends)  # type: ignore[attr-defined]
        found = known.get(key)  # the form is shared by threads: what is found once may be gone a moment later
        if found is None:
            if len(known) >= MOST_PARTS:
                known.clear()
            found = known[key] = Markup(macro(self))  # noqa: S704 - a macro has escaped
        return found

    def error(self, row: Any, column: Column) -> Say | str | None:
        return self.cell_errors.get((row.id, column.key))

    def url(self, **changes: Any) -> str:
        """This list with other parameters; None removes one, a list repeats one; only `page=` keeps the page."""
        pairs = [(k, v) for k, v in self.params if k not in changes]
        for key, value in changes.items():
            values = value if isinstance(value, (list, tuple)) else [value]
            pairs += [(key, str(v)) for v in values if v is not None and v != ""]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def query(self) -> str:
        """The filters, sort and columns as a query string in one fixed order: what a saved view keeps."""
        kept = [(k, v) for k, v in self.params if k not in ("size", "grid", "view")]
        return urlencode(sorted(kept))

    def shows(self, key: str) -> bool:
        return any(column.key == key for column in self.columns)

    def _filter_names(self) -> list[str]:
        return [k for k, _ in self.params if k not in OF_THE_LIST]

    def _chips(self, form: Form) -> list[Chip]:
        given: dict[str, list[str]] = {}
        for key, value in self.params:
            given.setdefault(key, []).append(value)
        return [
            Chip(field.label.text, _shown(field, value), self.url(**{field.name: [v for v in values if v != value]}))
            for field in form
            if (values := given.get(field.name))
            for value in values
        ]


def _shown(field: Any, value: str) -> Say | str:
    """A filter's value in words."""
    if isinstance(field, BooleanField):
        return ""
    if isinstance(field, SelectField | SelectMultipleField | RadioField):
        return next((label for key, label in _flat(field.choices) if str(key) == value), value)
    if isinstance(field, SearchField):
        return value
    return {"me": _("Myself"), "none": _("Nobody"), "any": _("Somebody")}.get(value, value)


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    groups = choices.values() if isinstance(choices, dict) else [choices or []]
    for group in groups:
        for choice in group:
            yield choice[0], choice[1]


def _chosen(columns: Sequence[Column], wanted: list[str]) -> list[Column]:
    """The columns asked for, the first one always; by default those that are not optional."""
    if not any(c.key in wanted for c in columns[1:]):
        return [c for c in columns if not c.optional]
    return [c for place, c in enumerate(columns) if place == 0 or c.key in wanted]


def _known_sort(wanted: str, columns: Sequence[Column]) -> str:
    return wanted if any(c.sortable and c.key == wanted.removeprefix("-") for c in columns) else ""


def _directed(expression: Any, nulls: str, is_down: bool) -> Any:
    directed = expression.desc() if is_down else expression.asc()
    if not nulls:
        return directed
    return directed.nulls_first() if (nulls == "first") != is_down else directed.nulls_last()


def _positive(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and 0 < len(text) < 8 and int(text) else 1
