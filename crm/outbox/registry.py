"""Templates of messages: rooms register in `create_app` what becomes of a delivery just before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.outbox.models import Delivery


@dataclass(frozen=True)
class Letter:
    """A message whose facts still hold. `on_dispatch` runs in the transaction that marks the dispatch."""

    context: dict[str, Any]
    address: str = ""
    on_dispatch: Callable[[], None] | None = None


@dataclass(frozen=True)
class Dropped:
    """A message that need not leave any more; `reason` is a short English msgid."""

    reason: str


Prepare = Callable[[Delivery], Letter | Dropped]


@dataclass(frozen=True)
class Template:
    """`templates/mails/<name>.{subject.txt,txt,html}`; with `forgets`, the parameters are erased once it has ended."""

    name: str
    prepare: Prepare
    forgets: bool = False


TEMPLATES: dict[str, Template] = {}


def register(name: str, prepare: Prepare, *, forgets: bool = False) -> None:
    """`prepare(delivery)` reads today's facts: still true, still his, still there? It writes nothing."""
    TEMPLATES[name] = Template(name, prepare, forgets)
