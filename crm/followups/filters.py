"""The filters of the list of follow-ups as WHERE clauses, by the names they have in the URL.

Export, bulk pages and every number on home choose by the same parameters, so a number is the rows of its list.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import ColumnElement, false, or_, select
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.typed import id_from
from crm.enterprises import queries as enterprises
from crm.enterprises.models import Enterprise
from crm.followups.models import Followup, FollowupState
from crm.followups.queries import OVERSEES, visible_to

Clause = Callable[[User, str], ColumnElement[bool]]
LONGEST = 80
WEEK = timedelta(days=7)


def where(user: User, args: MultiDict[str, str]) -> list[ColumnElement[bool]]:
    """Everything the URL asks for, within what the user may see; open ones unless a state is asked for."""
    clauses = [visible_to(user), _state(args.get("state", "").strip())]
    for key, value in args.items(multi=True):
        text = value.strip()[:LONGEST]
        if text and key in CLAUSES:
            clauses.append(CLAUSES[key](user, text))
    return clauses


def _state(text: str) -> ColumnElement[bool]:
    if text == "all":
        return Followup.id.is_not(None)
    known = {state.value for state in FollowupState}
    return Followup.state == (FollowupState(text) if text in known else FollowupState.OPEN)


def _of(user: User, text: str) -> ColumnElement[bool]:
    """`unit`: at the firms of the unit one leads, keeps the ledger of or reads over."""
    return enterprises.of_visible(Followup, user, OVERSEES) if text == "unit" else false()


def _when(_: User, text: str) -> ColumnElement[bool]:
    today = clock.today()
    known: dict[str, ColumnElement[bool]] = {
        "overdue": Followup.due_on < today,
        "today": Followup.due_on == today,
        "week": (Followup.due_on > today) & (Followup.due_on <= today + WEEK),
        "later": Followup.due_on > today + WEEK,
    }
    return known.get(text, false())


def _day(compare: Callable[[date], ColumnElement[bool]]) -> Clause:
    def clause(_: User, text: str) -> ColumnElement[bool]:
        try:
            return compare(date.fromisoformat(text))
        except ValueError:
            return false()

    return clause


def _person(user: User, text: str) -> ColumnElement[bool]:
    """`me`, `none`, an official's id, or part of a name."""
    if text in ("me", "none"):
        return Followup.owner_id == user.id if text == "me" else Followup.owner_id.is_(None)
    if (person := id_from(text)) is not None:
        return Followup.owner_id == person
    like = [column.contains(text.lower(), autoescape=True) for column in (User.name, User.name_pinyin)]
    return Followup.owner_id.in_(select(User.id).where(or_(*like)))


def _unit(_: User, text: str) -> ColumnElement[bool]:
    """The owner sits in this unit or below it."""
    top = select(Unit.path).where(Unit.id == id_from(text)).scalar_subquery()
    people = select(User.id).join(Unit, Unit.id == User.unit_id).where(Unit.path.startswith(top))
    return Followup.owner_id.in_(people)


def _searched(_: User, text: str) -> ColumnElement[bool]:
    named = select(Enterprise.id).where(
        or_(*(column.contains(text, autoescape=True) for column in (Enterprise.name, Enterprise.short_name)))
    )
    return or_(Followup.text.contains(text, autoescape=True), Followup.enterprise_id.in_(named))


CLAUSES: dict[str, Clause] = {
    "of": _of,
    "when": _when,
    "from": _day(lambda day: Followup.due_on >= day),
    "to": _day(lambda day: Followup.due_on <= day),
    "person": _person,
    "unit": _unit,
    "kind": lambda _, text: Followup.kind == text,
    "enterprise": lambda _, text: Followup.enterprise_id == id_from(text),
    "q": _searched,
}
