"""What a refused statement says: another act was in the way, or there is no room. Done again later it may succeed."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

IN_THE_WAY = {
    *("55P03", "40P01", "40001"),  # lock not available, deadlock detected, serialization failure
    *("57P01", "57P02", "57P03"),  # the server is shutting down, crashed, starts up
}
NO_ROOM = {"53100", "58030", "25006"}
"""PostgreSQL: disk full, input/output error, read-only."""
NO_ROOM_IN_FILE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
NO_ROOM_FOR_FILES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def is_busy(error: DBAPIError) -> bool:
    """Whether another act was in the way, or the database away: done again later, the same act may succeed."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    is_away = error.connection_invalidated or (isinstance(error, OperationalError) and error.statement is None)
    return is_away or getattr(error.orig, "sqlstate", None) in IN_THE_WAY


def is_full(error: DBAPIError | OSError) -> bool:
    """Whether the disk takes nothing more (or nothing at all): nothing was written, an administrator must make room."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM_FOR_FILES
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code & 0xFF in NO_ROOM_IN_FILE if code is not None else getattr(error.orig, "sqlstate", None) in NO_ROOM
