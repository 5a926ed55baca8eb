"""Which units an enterprise can be put under."""

from __future__ import annotations

from sqlalchemy import false, or_, select, true

from crm.accounts.models import Unit, UnitKind, User
from crm.core import clock
from crm.core.db import db
from crm.permissions import Permission, Scope

Choices = list[tuple[str, str]]


def responsible(user: User, *, and_now: Unit | None = None) -> Choices:
    """Units below those for which this person may create enterprises, and the present one."""
    grants = user.grants(Permission.ENTERPRISE_CREATE, clock.today())
    below = [
        true() if scope == Scope.ALL or post is None else Unit.path.startswith(post.unit.path, autoescape=True)
        for scope, post in grants
    ]
    query = select(Unit.id, Unit.name).where(
        Unit.closed_on.is_(None), Unit.kind != UnitKind.TERRITORY, or_(false(), *below)
    )
    found = [(str(row.id), row.name) for row in db.session.execute(query.order_by(Unit.path))]
    if and_now is not None and str(and_now.id) not in dict(found):
        found.insert(0, (str(and_now.id), and_now.name))
    return found


def territories() -> Choices:
    query = select(Unit.id, Unit.name).where(Unit.closed_on.is_(None), Unit.kind == UnitKind.TERRITORY)
    return [(str(row.id), row.name) for row in db.session.execute(query.order_by(Unit.sort, Unit.path))]
