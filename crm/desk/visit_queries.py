"""What the quick visit shows: which firms are offered, and what is known about the chosen one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from crm.accounts.models import Unit, User
from crm.accounts.queries import officials, people_clause
from crm.core import clock
from crm.core.among import among
from crm.core.db import db, read
from crm.core.errors import RuleBroken
from crm.core.typed import id_from
from crm.core.words import say
from crm.enterprises import search
from crm.enterprises.models import Contact, Enterprise, Standing
from crm.enterprises.queries import served_by, within
from crm.enterprises.serving_models import Assignment
from crm.followups import queries as followups
from crm.followups.models import Followup
from crm.permissions import Permission
from crm.visits import policies
from crm.visits.models import Policy, Visit, VisitState
from crm.visits.queries import asked_of

RECENT, MINE, FOUND, MOST_AUTHORS = 5, 40, 20, 300

NAMES_PEOPLE = (Permission.CONTACT_DIRECT, Permission.ENTERPRISE_EDIT)
"""The names of a firm's people belong to those who may see them plainly."""


@dataclass(frozen=True)
class Groups:
    """Firms as chips, each once: promised for today or overdue, visited last, all others I serve."""

    due: Sequence[Any]
    recent: Sequence[Any]
    mine: Sequence[Any]


@dataclass(frozen=True)
class Beside:
    last: Sequence[Visit]
    promised: Sequence[Followup]


def suggested(me: User, today: date) -> Groups:
    owed = followups.open_of(me, until=today).with_only_columns(Followup.enterprise_id).order_by(None)
    due = _chips(select(Enterprise).where(Enterprise.id.in_(owed)), MINE)
    recent = [chip for chip in _chips(_visited_last_by(me), RECENT) if chip.id not in {c.id for c in due}]
    shown = {chip.id for chip in (*due, *recent)}
    mine = _chips(select(Enterprise).where(Enterprise.id.in_(served_by(me))).order_by(Enterprise.sort_key), MINE)
    return Groups(due, recent, [chip for chip in mine if chip.id not in shown])


def _visited_last_by(me: User) -> Select[Enterprise]:
    by_me = select(Visit.enterprise_id, Visit.id).where(Visit.author_id == me.id, Visit.state == VisitState.DONE)
    newest = by_me.order_by(Visit.id.desc()).limit(20).subquery()
    return select(Enterprise).where(Enterprise.id.in_(select(newest.c.enterprise_id)))


def _chips(query: Select[Enterprise], limit: int) -> Sequence[Any]:
    columns = query.with_only_columns(Enterprise.id, Enterprise.name, Enterprise.short_name)
    return db.session.execute(columns.where(Enterprise.standing == Standing.ACTIVE).limit(limit)).all()


def mine(me: User) -> Sequence[Any]:
    """The firms I serve, as lines."""
    served = (Enterprise.id.in_(served_by(me)), Enterprise.standing == Standing.ACTIVE)
    return db.session.execute(_lines().where(*served).limit(MINE)).all()


def first_contacts(firms: Sequence[Enterprise], me: User) -> dict[int, str]:
    """Firm → the name of its primary contact, where this person may see it plainly."""
    plain = or_(*(within(me, permission) for permission in NAMES_PEOPLE))
    rows = db.session.execute(
        select(Contact.enterprise_id, Contact.name)
        .join(Enterprise, Enterprise.id == Contact.enterprise_id)
        .where(among(Enterprise.id, [firm.id for firm in firms]), plain)
        .where(Contact.is_primary.is_(True), Contact.removed_on.is_(None))
    )
    return {row.enterprise_id: row.name for row in rows}


def whom_to_ask(firms: Sequence[Enterprise], me: User) -> list[Enterprise]:
    """Of my firms in the zone those at which nobody was asked this quarter whether a follow-up is needed."""
    ids = [firm.id for firm in firms if firm.standing == Standing.ACTIVE]
    mine = select(Enterprise.id).where(among(Enterprise.id, ids), within(me, Permission.ENTERPRISE_VIEW))
    asked = set(db.session.scalars(mine)) - asked_of(ids, clock.today())
    return [firm for firm in firms if firm.id in asked]


def named(typed: str, me: User) -> Sequence[Enterprise]:
    """The firm that a line of the late table means: by its whole name or code; else by a part of them, first among
    those he serves, then in the whole zone. At most two: more than one is asked about."""
    live = select(Enterprise).where(Enterprise.standing == Standing.ACTIVE).order_by(Enterprise.id).limit(2)
    whole = or_(Enterprise.name == typed, Enterprise.short_name == typed, Enterprise.credit_code == typed.upper())
    part = search.matching_itself(typed)
    for clause in (whole, and_(part, Enterprise.id.in_(served_by(me))), part):
        if firms := db.session.scalars(live.where(clause)).all():
            return firms
    return []


def found(typed: str) -> Sequence[Any]:
    """Firms of the whole zone by name, pinyin or code: only name, place and commissioner."""
    clause = search.matching_itself(typed)
    return db.session.execute(_lines().where(clause, Enterprise.standing == Standing.ACTIVE).limit(FOUND)).all()


def line_of(enterprise: Enterprise, planner: User | None = None) -> Any:
    """Place and commissioner; with `planner` also the next visit this person has planned there (plan_id, plan_on)."""
    query = _lines().where(Enterprise.id == enterprise.id)
    if planner is None:
        return db.session.execute(query).one()
    mine = (Visit.author_id == planner.id, Visit.enterprise_id == Enterprise.id, Visit.state == VisitState.PLANNED)
    plan = select(Visit.id).where(*mine).order_by(Visit.visited_on, Visit.id).limit(1).correlate(Enterprise)
    planned = aliased(Visit)
    query = query.outerjoin(planned, planned.id == plan.scalar_subquery())
    return read(query.add_columns(planned.id.label("plan_id"), planned.visited_on.label("plan_on"))).one()


def _lines() -> Any:
    return (
        select(
            Enterprise.id, Enterprise.name, Unit.name.label("place"), User.name.label("commissioner"),
            Enterprise.last_visit_on, Enterprise.last_contact_on,
        )
        .outerjoin(Unit, Unit.id == Enterprise.territory_id)
        .outerjoin(Assignment, (Assignment.enterprise_id == Enterprise.id) & Assignment.ended_on.is_(None))
        .outerjoin(User, User.id == Assignment.commissioner_id)
        .order_by(Enterprise.sort_key, Enterprise.id)
    )  # fmt: skip


def authors_for(me: User) -> Sequence[User]:
    """Whose visits this person may type (代录), himself first; nobody else's: nothing to choose."""
    if not me.may(Permission.VISIT_ON_BEHALF):
        return []
    found = db.session.scalars(_others(me).limit(MOST_AUTHORS)).all()
    return [me, *found] if found else []


def whose(me: User) -> list[tuple[str, str]]:
    """The same as choices."""
    return named_authors(authors_for(me))


def named_authors(authors: Sequence[User]) -> list[tuple[str, str]]:
    """As choices; who shares a name is told by his unit."""
    names = Counter(person.name for person in authors)
    return [(str(p.id), f"{p.name}（{p.unit.name}）" if names[p.name] > 1 else p.name) for p in authors]


def author_of(me: User, chosen: str | None) -> User:
    """Whose visit he types: his own when nobody is chosen. RuleBroken for one who has left or is out of reach."""
    if not chosen or id_from(chosen) == me.id:
        return me
    whose = _others(me).where(User.id == (id_from(chosen) or 0))
    found = db.session.scalar(whose) if me.may(Permission.VISIT_ON_BEHALF) else None
    if found is None:
        raise RuleBroken(say("You may not enter visits of this official"), "author")
    return found


def _others(me: User) -> Select[User]:
    return officials().where(people_clause(me, Permission.VISIT_ON_BEHALF), User.id != me.id)


def policies_to_tell() -> list[tuple[str, str]]:
    """The current policies as ticks."""
    newest = policies.current(clock.today()).with_only_columns(Policy.id, Policy.title).limit(policies.MOST_TICKED)
    return [(str(row.id), row.title) for row in db.session.execute(newest)]


def beside(enterprise: Enterprise) -> Beside:
    last = (
        select(Visit)
        .where(Visit.enterprise_id == enterprise.id, Visit.state == VisitState.DONE)
        .order_by(Visit.visited_on.desc(), Visit.id.desc())
        .options(joinedload(Visit.author))
        .limit(3)
    )
    promised = (
        select(Followup)
        .where(Followup.enterprise_id == enterprise.id, followups.OPEN)
        .order_by(Followup.due_on, Followup.id)
        .options(joinedload(Followup.owner))
        .limit(5)
    )
    return Beside(db.session.scalars(last).all(), db.session.scalars(promised).all())
