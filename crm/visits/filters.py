"""Which visits a person may see, and the filters of their list as WHERE clauses, by the names they have in the URL.

The figures count with the same clauses, so each number equals the list that it opens.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, true
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Unit, User
from crm.core.typed import id_from
from crm.enterprises.grams import escaped
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import reach, within
from crm.permissions import Permission, Scope
from crm.visits import company
from crm.visits.models import Visit, VisitPerson, VisitState

Clause = Callable[[User, str], ColumnElement[bool]]
LONGEST = 80
STATES = {"": (VisitState.DONE,), "planned": (VisitState.PLANNED,), "voided": (VisitState.VOIDED,), "all": ()}


def seen_by(user: User, permission: Permission = Permission.VISIT_VIEW) -> ColumnElement[bool]:
    """Visits to the enterprises within the permission and those he made himself, wherever the firm is; who has whole
    units sees what he typed for others too.

    Who serves a few firms gets his visits through their indexes; for whole units a walk along the days is cheaper.
    """
    given = reach(user, permission)
    if given.everywhere:
        return true()
    firms = Visit.enterprise_id.in_(select(Enterprise.id).where(within(user, permission)))
    mine = Visit.author_id == user.id
    if any(scope == Scope.SUBTREE for scope, _path in given.grants):
        return or_(firms, mine, Visit.entered_by_id == user.id)
    both = select(Visit.id).where(mine).union(select(Visit.id).where(firms))
    return Visit.id.in_(select(both.subquery().c.id))


def where(
    user: User, args: MultiDict[str, str], permission: Permission = Permission.VISIT_VIEW
) -> list[ColumnElement[bool]]:
    """Everything the URL asks for, within the permission; without `state` only visits that took place."""
    states = STATES.get(args.get("state", ""), STATES[""])
    seen = seen_by(user, permission)
    if args.get("typed") == "by_me":  # also of one who sees a few firms only
        seen = or_(seen, Visit.entered_by_id == user.id)
    clauses = [seen, *([Visit.state.in_(states)] if states else [])]
    for key, value in args.items(multi=True):
        if key in CLAUSES and (text := value.strip()[:LONGEST]):
            clauses.append(CLAUSES[key](user, text))
    if args.get("once"):
        newest = select(func.max(Visit.id)).where(*clauses).group_by(Visit.enterprise_id)
        return [Visit.id.in_(newest)]
    return clauses


def _author(user: User, text: str) -> ColumnElement[bool]:
    """`me`, an official's id, or part of a name."""
    if text == "me":
        return Visit.author_id == user.id
    if (person := id_from(text)) is not None:
        return Visit.author_id == person
    like = f"%{escaped(text.lower())}%"
    named = select(User.id).where(or_(User.name.like(like, escape="\\"), User.name_pinyin.like(like, escape="\\")))
    return Visit.author_id.in_(named)


def _unit(_user: User, text: str) -> ColumnElement[bool]:
    """Made by people of this unit or below it."""
    top = select(Unit.path).where(Unit.id == id_from(text)).scalar_subquery()
    people = select(User.id).join(Unit, Unit.id == User.unit_id).where(Unit.path.startswith(top))
    return Visit.author_id.in_(people)


def _companion(user: User, text: str) -> ColumnElement[bool]:
    """On which `any` official led or came along, or `me`, or an official by id; by name whoever is written down."""
    person = user.id if text == "me" else id_from(text)
    if person is not None or text == "any":
        return Visit.id.in_(company.came(*([VisitPerson.user_id == person] if person is not None else [])))
    like = f"%{escaped(text)}%"
    return Visit.id.in_(select(VisitPerson.visit_id).where(VisitPerson.name.like(like, escape="\\")))


def _companion_unit(_user: User, text: str) -> ColumnElement[bool]:
    """On which people of this unit or below it led or came along."""
    top = select(Unit.path).where(Unit.id == id_from(text)).scalar_subquery()
    people = select(User.id).join(Unit, Unit.id == User.unit_id).where(Unit.path.startswith(top))
    return Visit.id.in_(company.came(VisitPerson.user_id.in_(people)))


def _enterprise(_user: User, text: str) -> ColumnElement[bool]:
    return Visit.enterprise_id == id_from(text) if id_from(text) is not None else false()


def _typed(user: User, text: str) -> ColumnElement[bool]:
    """Typed for somebody else (代录): by me, for me, or by anybody."""
    for_another = (Visit.entered_by_id.is_not(None)) & (Visit.entered_by_id != Visit.author_id)
    whose = {"by_me": Visit.entered_by_id == user.id, "for_me": Visit.author_id == user.id}
    return for_another & whose.get(text, true())


def _day(compare: Callable[[Any, date], ColumnElement[bool]]) -> Clause:
    def clause(_user: User, text: str) -> ColumnElement[bool]:
        day = day_from(text)
        return compare(Visit.visited_on, day) if day else false()

    return clause


def day_from(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _words(_user: User, text: str) -> ColumnElement[bool]:
    """In what was talked about, whom one met, or the name of the firm."""
    like = f"%{escaped(text)}%"
    named = select(Enterprise.id).where(
        or_(Enterprise.name.like(like, escape="\\"), Enterprise.short_name.like(like, escape="\\"))
    )
    told = (column.like(like, escape="\\") for column in (Visit.text, Visit.met))
    return or_(*told, Visit.enterprise_id.in_(named))


CLAUSES: dict[str, Clause] = {
    "q": _words,
    "author": _author,
    "unit": _unit,
    "companion": _companion,
    "companion_unit": _companion_unit,
    "enterprise": _enterprise,
    "typed": _typed,
    "from": _day(lambda column, day: column >= day),
    "to": _day(lambda column, day: column <= day),
    "kind": lambda _user, text: Visit.kind == text,
    "counts": lambda _user, text: Visit.counts.is_(text == "yes"),
}
