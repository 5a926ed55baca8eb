"""Why a file is not read: found out in the reading process, worded in the application."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    EMPTY = "empty"
    TOO_BIG = "too_big"
    UNKNOWN = "unknown"
    OTHER_FORMAT = "other_format"
    WEB_PAGE = "web_page"
    ARCHIVE = "archive"
    MACROS = "macros"
    PASSWORD = "password"  # noqa: S105 - a reason, not a secret
    DAMAGED = "damaged"
    UNPACKS = "unpacks"
    DECLARATIONS = "declarations"
    TOO_FAR = "too_far"
    TOO_MANY_CELLS = "too_many_cells"
    ENCODING = "encoding"
    QUOTES = "quotes"
    TOO_SLOW = "too_slow"
    BROKE_OFF = "broke_off"


class Refusal(Exception):
    """Raised and sent inside the reading process; the application turns it into `Unreadable`."""

    def __init__(self, reason: Reason, **params: str | int) -> None:
        self.reason = reason
        self.params = params
        super().__init__(reason)
