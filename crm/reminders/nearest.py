"""Which manager hears of something in his unit: the nearest above it who may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from crm.accounts.models import Post, Unit, User
from crm.core.db import db
from crm.permissions import Role

Seen = Callable[[User, Collection[int]], Collection[int]]
"""Which of these subjects a person may see, by the clause that every page asks."""


@dataclass(frozen=True)
class Manager:
    person: User
    path: str
    """Of the unit he leads, "/1/4/"."""


def told(
    homes: Mapping[int, str], seen: Seen, today: date, *, own: Mapping[int, int] | None = None
) -> dict[int, list[int]]:
    """By subject the ids of the managers nearest above its unit, whose path `homes` gives, who may see it.

    `own` names by subject whose it is: nobody is told of himself. A statement for each manager who is asked.
    """
    managers, own = _managers(today) if homes else [], own or {}
    above = {
        number: [m for m in managers if m.person.id != own.get(number) and home.startswith(m.path)]
        for number, home in homes.items()
    }
    may, found = _may_see(above, seen), {}
    for number, those in above.items():
        who = [m for m in those if (m.person.id, number) in may]
        nearest = max((len(m.path.split("/")) for m in who), default=0)
        found[number] = list(dict.fromkeys(m.person.id for m in who if len(m.path.split("/")) == nearest))
    return found


def holds(today: date, person: Any = User) -> Any:
    """Posts of managers for everything, today; the statement joins `person`, who has them."""
    lasts = (Post.since <= today, or_(Post.until.is_(None), Post.until > today))
    return (Post.role == Role.MANAGER, Post.domain.is_(None), person.active.is_(True), *lasts)


def _managers(today: date) -> list[Manager]:
    query = select(User, Unit.path).join(Post, Post.user_id == User.id).join(Unit, Unit.id == Post.unit_id)
    posts = selectinload(User.posts).joinedload(Post.unit)
    rows = db.session.execute(query.where(*holds(today)).order_by(Post.id).options(posts))
    return [Manager(*row) for row in rows]


def _may_see(above: Mapping[int, Collection[Manager]], seen: Seen) -> set[tuple[int, int]]:
    asked: dict[User, set[int]] = defaultdict(set)
    for number, those in above.items():
        for manager in those:
            asked[manager.person].add(number)
    return {(person.id, number) for person, ids in asked.items() for number in seen(person, ids)}
