"""Firms that may be the same as one being typed: by credit code, by name, by a former name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import db
from crm.enterprises import credit_code, names
from crm.enterprises.models import Enterprise, EnterpriseName, NearKey, Standing
from crm.enterprises.queries import within
from crm.enterprises.serving_models import Assignment
from crm.permissions import Permission

MOST_HINTS = 8
MOST_CANDIDATES = 200


@dataclass(frozen=True)
class Hint:
    """`served_by` None: nobody. Only a firm that the user may see gets a link (`is_visible`)."""

    id: int
    name: str
    credit_code: str | None
    served_by: str | None
    is_visible: bool
    has_same_code: bool


def hints(user: User, *, name: str, code: str = "", but: int = 0) -> list[Hint]:
    """At most eight firms, those of the same code first; a firm given in `but` is left out."""
    wanted = credit_code.normal(code)
    ids = _of_code(wanted) + _near(name)
    ids = [row_id for row_id in dict.fromkeys(ids) if row_id != but][:MOST_HINTS]
    if not ids:
        return []
    query = (
        select(
            Enterprise.id, Enterprise.name, Enterprise.credit_code, User.name.label("served_by"),
            within(user, Permission.ENTERPRISE_VIEW).label("is_visible"),
        )
        .outerjoin(Assignment, (Assignment.enterprise_id == Enterprise.id) & Assignment.ended_on.is_(None))
        .outerjoin(User, User.id == Assignment.commissioner_id)
        .where(Enterprise.id.in_(ids))
    )  # fmt: skip
    rows = {row.id: row for row in db.session.execute(query)}
    return [
        Hint(r.id, r.name, r.credit_code, r.served_by, bool(r.is_visible), bool(wanted) and r.credit_code == wanted)
        for r in (rows[row_id] for row_id in ids if row_id in rows)
    ]


def _of_code(wanted: str) -> list[int]:
    if not wanted:
        return []
    live = Enterprise.standing != Standing.MERGED
    return list(db.session.scalars(select(Enterprise.id).where(Enterprise.credit_code == wanted, live)))


def _near(name: str) -> list[int]:
    """Names equal after folding, or one edit apart, and firms that bore this very name before."""
    if len(names.normal(name)) < 2:
        return []
    keys = sorted(names.near_keys(name))
    candidates = select(Enterprise.id, Enterprise.name).where(
        Enterprise.standing != Standing.MERGED,
        Enterprise.id.in_(select(NearKey.enterprise_id).where(NearKey.key.in_(keys))),
    )
    found = db.session.execute(candidates.order_by(Enterprise.id).limit(MOST_CANDIDATES))
    close = [row.id for row in found if names.near(row.name, name)]
    former = select(EnterpriseName.enterprise_id).where(EnterpriseName.name_key == names.normal(name))
    live = select(Enterprise.id).where(Enterprise.standing != Standing.MERGED)
    return close + list(db.session.scalars(live.where(Enterprise.id.in_(former)).limit(MOST_HINTS)))
