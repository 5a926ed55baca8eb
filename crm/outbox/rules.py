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

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"
    CHANNEL = "channel"


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


def rest_after(in_vain: int) -> timedelta:
    """How long the whole channel rests when the server was away so many times running: 10 minutes at most."""
    return timedelta(minutes=GAPS[min(in_vain, 4) - 1])


def meaning(replies: list[dict[str, Any]], code: int, words: str) -> Reply:
    """The outcome of an answer by the table of replies, by code and by what the server says."""
    for known in replies:
        fits = code in known.get("codes", ()) or code // 100 == known.get("first")
        if fits and re.search(known.get("text", ""), words, re.IGNORECASE):
            return Reply(Outcome(known["outcome"]), code, words)
    return Reply(Outcome.TEMPORARY, code, words)


def header_words(text: str) -> str:
    """Words as they may stand in a header: one line, no control characters, nothing that decodes to something else."""
    plain = "".join(ch if ch.isprintable() else " " for ch in text)
    return " ".join(plain.replace("=?", "= ?").replace("?=", "? =").split())


def is_address(text: str) -> bool:
    return ADDRESS.fullmatch(text) is not None and ".." not in text
