"""What the enterprise list offers to choose from and must know of the bureau, in one statement."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, bindparam, cast, false, func, literal, null, select, union_all

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.db import read
from crm.enterprises.extras import Extra
from crm.enterprises.models import ExtraField
from crm.enterprises.serving_models import Assignment, Liaison
from crm.visits.models import Policy
from crm.workdays.models import CalendarYear
from crm.workdays.queries import know_years

MOST_CHOICES = 300
"""More people or units than this are typed, not chosen."""
PERSON, UNIT, POLICY, EXTRA, YEAR = range(5)
NONE = {"name": null(), "more": null(), "choices": null(), "serves": false(), "leads": false()}


class Choices(NamedTuple):
    """Officials who serve or lead today by pinyin (id, name, unit, serves, leads), units in their order (id, name,
    kind), policies in force, the newest first (id, title), the bureau's own fields."""

    people: tuple[tuple[int, str, str, bool, bool], ...]
    units: tuple[tuple[int, str, str], ...]
    policies: tuple[tuple[int, str], ...]
    extras: tuple[Extra, ...]


def offered() -> Choices:
    rows: list[list[Any]] = [[] for _kind in range(5)]
    for row in read(_statement(), {"most": MOST_CHOICES + 1, "today": clock.today()}):
        rows[row.what].append(row)
    know_years({row.id for row in rows[YEAR]})
    return Choices(
        tuple((r.id, r.name, r.more, r.serves, r.leads) for r in rows[PERSON]),
        tuple((r.id, r.name, r.more) for r in rows[UNIT]),
        tuple((r.id, r.name) for r in rows[POLICY]),
        tuple(Extra(r.id, r.name, r.more, tuple(r.choices.splitlines())) for r in rows[EXTRA]),
    )


@cache
def _statement() -> Any:
    """Built once. Parameters are `most` people and `today`."""
    serves = select(Assignment.id).where(Assignment.commissioner_id == User.id, Assignment.ended_on.is_(None)).exists()
    leads = select(Liaison.id).where(Liaison.leader_id == User.id, Liaison.until_on.is_(None)).exists()
    people = _leg(
        PERSON, User.id, (User.name_pinyin, User.id), name=User.name, more=Unit.name, serves=serves, leads=leads
    )
    people = people.join(Unit, Unit.id == User.unit_id).where(serves | leads).limit(bindparam("most"))
    units = _leg(UNIT, Unit.id, (Unit.sort, Unit.path), name=Unit.name, more=cast(Unit.kind, String)).limit(2000)
    live = Policy.until_on.is_(None) | (Policy.until_on >= bindparam("today"))
    policies = _leg(POLICY, Policy.id, (Policy.id.desc(),), name=Policy.title).where(live).limit(MOST_CHOICES)
    f = ExtraField
    extras = _leg(EXTRA, f.id, (f.sort, f.id), name=f.label, more=f.kind, choices=f.choices)
    years = _leg(YEAR, CalendarYear.year, (CalendarYear.year,))
    each = (people, units.where(Unit.closed_on.is_(None)), policies, extras.where(f.retired_on.is_(None)), years)
    return union_all(*(select(one.subquery()) for one in each)).order_by("what", "place")


def _leg(what: int, row_id: Any, order: tuple[Any, ...], **shown: Any) -> Select[Any]:
    place = func.row_number().over(order_by=order).label("place")
    more = [column.label(name) for name, column in {**NONE, **shown}.items()]
    return select(literal(what).label("what"), place, row_id.label("id"), *more).order_by(*order)
