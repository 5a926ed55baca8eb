"""How lists of quoted and listed firms name a market, and where a row says that a firm comes from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from crm.core.rulebook import rulebook
from crm.cultivation.rules.history import Origin
from crm.cultivation.rules.ladder import ladder

MOVED_IN = ("迁入", "引进", "moved in")


@dataclass(frozen=True)
class Market:
    """The step that stands for being there, with its kind of track and board."""

    kind: str
    state: str
    board: str
    label: str


def recognise(text: str) -> Market | None:
    """The market of a cell such as 沪市主板; None when the words name none."""
    return _words().get(_bare(text))


def labels() -> list[str]:
    """One word for each, as a list may say it."""
    return list(dict.fromkeys(market.label for market in _words().values()))


def origin(text: str) -> Origin:
    return Origin.MOVED_IN if any(word in text.casefold() for word in MOVED_IN) else Origin.HISTORY


@cache
def _words() -> dict[str, Market]:
    found: dict[str, Market] = {}
    for raw in rulebook("cultivation/markets").editions[-1].content["markets"]:
        kind = ladder().owner[raw["state"]]
        market = Market(kind.code, raw["state"], raw.get("board", ""), raw["words"][0])
        if market.board and market.board not in kind.boards:
            raise ValueError(f"markets: {market.board} is no board of {kind.code}")
        found |= {_bare(word): market for word in raw["words"]}
    return found


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
