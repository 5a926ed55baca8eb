"""Who came along: 带队领导 and 同行, people of the system where the name is theirs alone, else names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.core.db import db, read
from crm.visits.models import Visit, VisitPerson

APART = re.compile(r"[、,，;；/\n]+|\s{2,}")
MOST = 20


def names_in(text: str) -> list[str]:
    """The names of a line, each once."""
    return list(dict.fromkeys(name for piece in APART.split(text) if (name := piece.strip()[:80])))[:MOST]


def set_company(visit: Visit, *, leaders: str, companions: str) -> None:
    """Replace who came along by the names of these lines."""
    db.session.execute(delete(VisitPerson).where(VisitPerson.visit_id == visit.id))
    _add(visit, _wanted(leaders, companions))


def came_along(visit: Visit, *, leaders: str, companions: str) -> None:
    """Who came along on a visit of which nobody has been named yet; mostly there was nobody."""
    if leaders or companions:
        _add(visit, _wanted(leaders, companions))


def _wanted(leaders: str, companions: str) -> dict[str, list[str]]:
    return {part: names_in(line) for part, line in (("leader", leaders), ("companion", companions))}


def _add(visit: Visit, wanted: dict[str, list[str]]) -> None:
    known = _people({name for names in wanted.values() for name in names})
    for part, names in wanted.items():
        for name in names:
            db.session.add(VisitPerson(visit_id=visit.id, user_id=known.get(name), name=name, part=part))
    db.session.flush()


def of(visit: Visit, part: str) -> Sequence[VisitPerson]:
    query = select(VisitPerson).where(VisitPerson.visit_id == visit.id, VisitPerson.part == part)
    return db.session.scalars(query.order_by(VisitPerson.id)).all()


def of_many(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Visit → part → the names of those who had it, as one line."""
    columns = (VisitPerson.visit_id, VisitPerson.part, VisitPerson.name)
    query = select(*columns).where(VisitPerson.visit_id.in_(ids)).order_by(VisitPerson.id)
    found: dict[int, dict[str, str]] = {}
    for row in read(query).all() if ids else ():
        parts = found.setdefault(row.visit_id, {})
        parts[row.part] = f"{parts[row.part]}、{row.name}" if row.part in parts else row.name
    return found


def came(*people: ColumnElement[bool]) -> Select[int]:
    """The visits on which an official of whom this holds (`VisitPerson`) led or came along; his own do not count."""
    of_it = aliased(Visit)
    query = select(VisitPerson.visit_id).join(of_it, of_it.id == VisitPerson.visit_id)
    return query.where(VisitPerson.user_id.is_not(None), VisitPerson.user_id != of_it.author_id, *people)


def line(people: Sequence[VisitPerson]) -> str:
    return "、".join(person.name for person in people)


def _people(names: set[str]) -> dict[str, int]:
    """Names that belong to exactly one active person."""
    if not names:
        return {}
    rows = db.session.execute(select(User.name, User.id).where(User.name.in_(names), User.active.is_(True))).all()
    return {row.name: row.id for row in rows if [r.name for r in rows].count(row.name) == 1}
