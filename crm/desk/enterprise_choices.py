"""What the enterprise list offers to choose from and must know of the bureau, in one statement."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select

from crm.accounts import saved_views
from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.db import read
from crm.core.rows_text import rows_text
from crm.enterprises.extras import Extra
from crm.enterprises.models import ExtraField
from crm.enterprises.serving_models import Assignment, Liaison
from crm.visits.models import Policy
from crm.workdays.models import CalendarYear
from crm.workdays.queries import know_years

LISTING = "enterprises"
MOST_CHOICES = 300
"""More people or units than this are typed, not chosen."""
MOST_UNITS = 2000


class Choices(NamedTuple):
    """Officials who serve or lead today by pinyin (id, name, unit, serves, leads), units in their order (id, name,
    kind), policies in force, the newest first (id, title), the bureau's own fields, the reader's saved views (as
    `saved_views.of` has them)."""

    people: tuple[tuple[int, str, str, bool, bool], ...]
    units: tuple[tuple[int, str, str], ...]
    policies: tuple[tuple[int, str], ...]
    extras: tuple[Extra, ...]
    views: tuple[tuple[int, str, str, bool, bool], ...]


def offered(me: User) -> Choices:
    given = {"most": MOST_CHOICES + 1, "today": clock.today()}
    texts: tuple[Any, ...] = tuple(read(_statement(saved_views.of(me, LISTING)), given).one())
    choices, years = _parsed(texts[:-1])
    know_years(years)
    own = json.loads(texts[-1] or "[]")
    return choices._replace(views=tuple((*view, bool(is_own), bool(shared)) for *view, is_own, shared in own))


@lru_cache(maxsize=64)
def _parsed(texts: tuple[str | None, ...]) -> tuple[Choices, frozenset[int]]:
    """Without views, and the years that have a calendar. The same texts come for hours: they are looked into once."""
    people, units, policies, extras, years = (json.loads(text or "[]") for text in texts)
    choices = Choices(
        tuple((*who, bool(serves), bool(leads)) for *who, serves, leads in people),
        tuple(map(tuple, units)),
        tuple(map(tuple, policies)),
        tuple(Extra(key, label, kind, tuple(listed.splitlines())) for key, label, kind, listed in extras),
        (),
    )
    return choices, frozenset(year for (year,) in years)


@lru_cache(maxsize=1024)
def _statement(saved: Select[Any]) -> Any:
    """Built once for each set of views. Parameters are `most` people and `today`."""
    units = select(Unit.id, Unit.name, Unit.kind).where(Unit.closed_on.is_(None)).order_by(Unit.sort, Unit.path)
    live = Policy.until_on.is_(None) | (Policy.until_on >= bindparam("today"))
    policies = select(Policy.id, Policy.title).where(live).order_by(Policy.id.desc()).limit(MOST_CHOICES)
    f = ExtraField
    extras = select(f.id, f.label, f.kind, f.choices).where(f.retired_on.is_(None)).order_by(f.sort, f.id)
    every = (_people(), units.limit(MOST_UNITS), policies, extras, select(CalendarYear.year), saved)
    return select(*(select(rows_text(*each.subquery().c)).scalar_subquery() for each in every))


def _people() -> Select[*tuple[Any, ...]]:
    serves = select(Assignment.id).where(Assignment.commissioner_id == User.id, Assignment.ended_on.is_(None)).exists()
    leads = select(Liaison.id).where(Liaison.leader_id == User.id, Liaison.until_on.is_(None)).exists()
    who = (User.id, User.name, User.name_pinyin, User.unit_id, serves.label("serves"), leads.label("leads"))
    u = select(*who).offset(0).subquery().c  # an offset is a fence: what follows asks for no tie a second time
    some = select(*u).where(u.serves | u.leads).limit(bindparam("most")).subquery().c  # of too many none is offered
    found = select(some.id, some.name, Unit.name.label("unit"), some.serves, some.leads)
    return found.join(Unit, Unit.id == some.unit_id).order_by(some.name_pinyin, some.id)
