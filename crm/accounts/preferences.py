"""A person's own settings: kept one by one; what was never chosen follows the default."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from crm.accounts.models import Preference, User
from crm.core.db import db


def choose(user: User, chosen: dict[str, Any]) -> None:
    """Keep these choices; the caller is inside `writing()`."""
    query = select(Preference).where(Preference.user_id == user.id, Preference.key.in_(chosen))
    known = {kept.key: kept for kept in db.session.scalars(query)}
    for key, value in chosen.items():
        if key in known:
            known[key].value = value
        else:
            db.session.add(Preference(user_id=user.id, key=key, value=value))
    db.session.flush()
