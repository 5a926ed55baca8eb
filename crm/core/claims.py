"""Claims: one conditional UPDATE decides who works on a row; a lease ends what a dead process held."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, update
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.failpoint import for_test
from crm.core.types import UtcDateTime

LEASE = timedelta(seconds=float(for_test("TEST_LEASE", "120")))


class Claimable:
    """Columns of a row that one process at a time works on. Leases always use the real clock."""

    claim_token: Mapped[str | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


def claim(
    model: Any, row_id: int, *, free: ColumnElement[bool], lease: timedelta = LEASE, **changes: Any
) -> str | None:
    """Take the row if `free` still holds; returns the token that later writes must show, or None."""
    token = secrets.token_hex(12)
    done = db.session.execute(
        update(model)
        .where(model.id == row_id, free)
        .values(claim_token=token, lease_until=clock.real_now() + lease, **changes)
        .execution_options(synchronize_session=False)
    )
    return token if changed_one(done) else None


def settle(model: Any, row_id: int, token: str, **changes: Any) -> bool:
    """Write an outcome only if the claim is still ours: a late worker cannot overwrite a newer one."""
    done = db.session.execute(
        update(model)
        .where(model.id == row_id, model.claim_token == token)
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
    return changed_one(done)


def changed_one(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
