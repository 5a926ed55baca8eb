"""The pieces of a list: its columns, what stands in its cells, and the links around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crm.core.words import Say

AT_THE_END = frozenset({"number", "money", "percent"})


@dataclass(frozen=True)
class Column:
    """One column. `kind` says what its cell holds (text, link, number, money, percent, day, month, instant, badge,
    person, phone, flag, actions); `value` computes the cell from a row, by default the attribute `key`.

    `order` are the expressions ORDER BY takes, without them it cannot be sorted; `nulls` ("first" or "last") where
    empty values stand in ascending order, "" for columns that are never empty.
    """

    key: str
    label: Say | str
    kind: str = "text"
    align: str = ""
    unit: Say | str = ""
    phone: bool = False
    width: str = ""
    editable: bool = False
    choices: Sequence[tuple[str, Say | str]] = ()
    value: Callable[[Any], Any] | None = None
    order: tuple[Any, ...] = ()
    nulls: str = ""
    optional: bool = False
    """Shown only when chosen."""
    same: Callable[[Any], Any] | None = None
    """Rows for which it gives the same show the same cell, which is then drawn once a page."""

    @property
    def sortable(self) -> bool:
        return bool(self.order)


@dataclass(frozen=True)
class Badge:
    """`kind` is a colour with a meaning: overdue, today, soon, good, done, risk, silent,
    estimated, accent, neutral."""

    kind: str
    word: Say | str
    title: Say | str = ""


@dataclass(frozen=True)
class Person:
    name: str
    unit_name: str | None = None


@dataclass(frozen=True)
class Act:
    """A link of the toolbar, of the bulk bar or of a row."""

    label: Say | str
    url: str
    icon: str = ""
    primary: bool = False
    danger: bool = False


@dataclass(frozen=True)
class Chip:
    """An active filter; `url` is the list without it."""

    label: Say | str
    value: Say | str
    url: str


@dataclass(frozen=True)
class View:
    """A tab: a named set of filters."""

    label: Say | str
    url: str
    active: bool = False
    count: int | None = None
    shared: bool = False
    edit_url: str | None = None


@dataclass(frozen=True)
class Empty:
    """What stands in place of the rows when there are none at all; `done` means all is done, not first use."""

    title: Say | str
    text: Say | str = ""
    act: Act | None = None
    done: bool = False
