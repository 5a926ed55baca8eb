"""Former names and aliases by which an enterprise is found."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from crm.core.db import db, lock
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.enterprises.editing import keep_name
from crm.enterprises.models import Enterprise, EnterpriseName
from crm.enterprises.search_index import index
from crm.timeline import Actor, record


def names_of(enterprise_id: int) -> Sequence[EnterpriseName]:
    query = select(EnterpriseName).where(EnterpriseName.enterprise_id == enterprise_id).order_by(EnterpriseName.id)
    return db.session.scalars(query).all()


def add_name(enterprise: Enterprise, *, name: str, kind: str, by: Actor) -> EnterpriseName:
    """Add a former name or an alias; raises RuleBroken when the firm has it already."""
    lock(enterprise)
    made = keep_name(enterprise, name, kind=kind)
    if made is None:
        raise RuleBroken(say("The enterprise is found by this name already"), "name")
    index(enterprise)
    record(enterprise.id, "name.added", by=by, subject=("enterprise_name", made.id), name=made.name, name_kind=kind)
    return made


def remove_name(row: EnterpriseName, enterprise: Enterprise, *, by: Actor) -> None:
    lock(enterprise)
    record(enterprise.id, "name.removed", by=by, subject=("enterprise_name", row.id), name=row.name, name_kind=row.kind)
    db.session.delete(row)
    db.session.flush()
    index(enterprise)
