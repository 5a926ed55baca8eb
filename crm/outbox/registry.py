"""Templates of messages: rooms register in `create_app` what becomes of a delivery just before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.outbox.models import Delivery


class GivenUp(Exception):
    """Raised by `on_dispatch` when what was written holds no more: nothing is sent, the message is prepared afresh."""


@dataclass(frozen=True)
class Letter:
    """A message whose facts still hold. `on_dispatch` runs in the transaction that marks the dispatch; it may raise
    GivenUp."""

    context: dict[str, Any]
    address: str = ""
    on_dispatch: Callable[[], None] | None = None


@dataclass(frozen=True)
class Dropped:
    """A message that need not leave any more; `reason` is a short English msgid."""

    reason: str


Prepare = Callable[[Delivery], Letter | Dropped]
NotSent = Callable[[Delivery], None]


@dataclass(frozen=True)
class Template:
    """`templates/mails/<name>.{subject.txt,txt,html}`; with `forgets`, the parameters are erased once it has ended.

    `not_sent(delivery)` runs in the transaction that writes down that it failed for good or was dropped.
    """

    name: str
    prepare: Prepare
    forgets: bool = False
    not_sent: NotSent | None = None


TEMPLATES: dict[str, Template] = {}


def register(name: str, prepare: Prepare, *, forgets: bool = False, not_sent: NotSent | None = None) -> None:
    """`prepare(delivery)` reads today's facts: still true, still his, still there? It writes nothing."""
    TEMPLATES[name] = Template(name, prepare, forgets, not_sent)
