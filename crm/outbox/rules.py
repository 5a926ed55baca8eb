"""When to try again, and what a mail server's answer means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

GAPS = (1, 2, 5, 10, 20, 40)
LONGEST_GAP = 60
LAST_ATTEMPT = 30
"""Six growing gaps and 23 hours more: a server may be away for a day and a night."""
SLOW_FOR = timedelta(minutes=10)
UNCAPPED = 60
MOST_HALVINGS = 5

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    ADDRESS = "address"
    UNCERTAIN = "uncertain"
    SLOW = "slow"
    CHANNEL = "channel"
    PAUSE = "pause"


@dataclass(frozen=True)
class Reply:
    """What one attempt came to; `code` is None when nobody answered."""

    outcome: Outcome
    code: int | None = None
    words: str = ""


def gap_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts (1, 2, 5, 10, 20, 40, then every 60 minutes); None = give up."""
    if attempts >= LAST_ATTEMPT:
        return None
    return timedelta(minutes=GAPS[attempts - 1] if attempts <= len(GAPS) else LONGEST_GAP)


def slowness(times: int, since: timedelta) -> int:
    """How often the speed is still halved: one halving less every ten minutes without another complaint."""
    return max(0, times - since // SLOW_FOR)


def speed(per_minute: int, halvings: int) -> int:
    """Messages a minute; 0 is no cap. A server that complained about an uncapped sender gets 30, 15, 7 … at least 1."""
    return max(1, (per_minute or UNCAPPED) >> halvings) if halvings else per_minute


def rest_after(in_vain: int) -> timedelta:
    """How long the whole channel rests when the server was away so many times running: 10 minutes at most."""
    return timedelta(minutes=GAPS[min(in_vain, 4) - 1])


def meaning(replies: list[dict[str, Any]], code: int, words: str, at: str = "") -> Reply:
    """The outcome of an answer by the table of replies: by code, by what the server says, by what it was asked.

    An address that the server repeats says nothing: lin@frequent.example is not "too often".
    """
    said = ADDRESS.sub("", words)
    for known in replies:
        fits = code in known.get("codes", ()) or code // 100 == known.get("first")
        asked = at in known.get("at", (at,))
        if fits and asked and re.search(known.get("text", ""), said, re.IGNORECASE):
            return Reply(Outcome(known["outcome"]), code, words)
    return Reply(Outcome.TEMPORARY, code, words)


def header_words(text: str) -> str:
    """Words as they may stand in a header: one line, no control characters, nothing that decodes to something else."""
    plain = "".join(ch if ch.isprintable() else " " for ch in text)
    return " ".join(plain.replace("=?", "= ?").replace("?=", "? =").split())


def is_address(text: str) -> bool:
    return ADDRESS.fullmatch(text) is not None and ".." not in text
