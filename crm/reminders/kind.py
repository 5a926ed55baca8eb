"""What a kind of reminder is: whom it tells what, when it falls away, and how it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.core.words import Say
from crm.reminders.models import Reminder


@dataclass(frozen=True)
class Line:
    """One reminder as people read it; `endpoint` and `values` make its link.

    A mail says less: `mail`, and beside it `about`, the first words as far as they may leave the house, and `contact`,
    the name of whom to ask at the firm.
    """

    what: Say
    mail: Say
    firm: str
    on: date | None
    endpoint: str
    values: dict[str, Any]
    at: str = ""
    about: Say | str = ""
    contact: str = ""


@dataclass(frozen=True)
class Kind:
    """`due(today)` gives rows without a reminder yet, `gone` the reason why one holds no more, `lines` the words.

    A row may name under `AT` the instant at which it is mailed by itself. `by_mail` is what holds until a person
    chooses; a mail shows at most `most` of a kind. With `next_day` no mail tells it on its own day, for more may come.
    A mail names a subject once; with `each_act` every act on it.
    `renew(today)` makes what was read unread again when something has come to it since.
    """

    name: str
    label: Say
    why: Say
    due: Callable[[date], list[dict[str, Any]]]
    gone: Callable[[Sequence[Reminder]], dict[int, str]]
    lines: Callable[[Sequence[Reminder]], dict[int, Line]]
    by_mail: bool = True
    may_be_off: bool = True
    most: int = 50
    next_day: bool = False
    each_act: bool = False
    renew: Callable[[date], None] | None = None


AT = "mail_at"
KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    KINDS.update({kind.name: kind for kind in kinds})


def gone(reminders: Sequence[Reminder]) -> dict[int, str]:
    """Those whose facts changed since they were planned, with the reason; kinds of another version stay."""
    found: dict[int, str] = {}
    for kind, rows in _by_kind(reminders):
        found.update(kind.gone(rows))
    return found


def lines(reminders: Sequence[Reminder]) -> dict[int, Line]:
    found: dict[int, Line] = {}
    for kind, rows in _by_kind(reminders):
        found.update(kind.lines(rows))
    return found


def _by_kind(reminders: Sequence[Reminder]) -> list[tuple[Kind, list[Reminder]]]:
    rows = {name: [r for r in reminders if r.kind == name] for name in KINDS}
    return [(kind, rows[name]) for name, kind in KINDS.items() if rows[name]]
