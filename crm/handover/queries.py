"""Who could serve, how much everyone serves, what is ordered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Post, Unit, UnitKind, User
from crm.accounts.queries import all_units, unit_choices
from crm.core import clock
from crm.core.db import db
from crm.core.words import Say, say
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import within
from crm.enterprises.serving_models import Assignment, AssignmentOrder, StandIn
from crm.permissions import Permission, Role


@dataclass(frozen=True)
class Load:
    """An official and how many enterprises he serves now."""

    id: int
    name: str
    unit_name: str
    serves: int

    @property
    def label(self) -> Say:
        return say("%(name)s (%(unit)s), serves %(n)s", name=self.name, unit=self.unit_name, n=self.serves)


def loads(*, only_serving: bool = False) -> list[Load]:
    """Every active official who can serve, with his load, in the order of lists: unit, sort number, name.

    Those who only administer or audit are left out.
    """
    serves = (
        select(Assignment.commissioner_id, func.count().label("n"))
        .where(Assignment.ended_on.is_(None))
        .group_by(Assignment.commissioner_id)
        .subquery()
    )
    query = (
        select(User.id, User.name, Unit.name, func.coalesce(serves.c.n, 0))
        .join(Unit, Unit.id == User.unit_id)
        .outerjoin(serves, serves.c.commissioner_id == User.id)
        .where(User.active.is_(True), or_(serves.c.n.is_not(None), ~_only_watches()))
        .order_by(Unit.sort, Unit.id, User.sort, User.name_pinyin, User.id)
    )
    rows = [Load(*row) for row in db.session.execute(query)]
    return [row for row in rows if row.serves] if only_serving else rows


def seen_loads(user: User) -> dict[int, int]:
    """Official → of the enterprises he serves, how many this person finds in the list."""
    query = select(Assignment.commissioner_id, func.count()).join(Enterprise, Enterprise.id == Assignment.enterprise_id)
    query = query.where(Assignment.ended_on.is_(None), within(user, Permission.ENTERPRISE_VIEW))
    return dict(db.session.execute(query.group_by(Assignment.commissioner_id)).all())


def leaders() -> list[tuple[int, str]]:
    """Whom an enterprise can have as its liaison leader, (id, name and unit): those with a leader's post first."""
    today = clock.today()
    held = select(Post.id).where(Post.user_id == User.id, Post.role == Role.LEADER, Post.since <= today)
    leads = held.where(or_(Post.until.is_(None), Post.until > today)).exists()
    query = select(User.id, User.name, Unit.name).join(Unit, Unit.id == User.unit_id)
    query = query.where(User.active.is_(True), or_(leads, ~_only_watches()))
    rows = db.session.execute(query.order_by(leads.desc(), Unit.sort, Unit.id, User.sort, User.name_pinyin, User.id))
    return [(person, f"{name}（{unit}）") for person, name, unit in rows]


def sections() -> list[tuple[int, str]]:
    """Units that can answer for an enterprise, in the order of the tree."""
    return unit_choices([unit for unit in all_units() if unit.kind != UnitKind.TERRITORY])


def _only_watches() -> ColumnElement[bool]:
    today = clock.today()
    held = select(Post.id).where(
        Post.user_id == User.id, Post.since <= today, or_(Post.until.is_(None), Post.until > today)
    )
    watching = (Role.ADMINISTRATOR, Role.AUDITOR)
    return held.where(Post.role.in_(watching)).exists() & ~held.where(Post.role.not_in(watching)).exists()


def waiting_orders(user: User) -> Select[AssignmentOrder]:
    return (
        select(AssignmentOrder)
        .join(Enterprise, Enterprise.id == AssignmentOrder.enterprise_id)
        .where(AssignmentOrder.state == "waiting", within(user, Permission.ENTERPRISE_VIEW))
        .options(joinedload(AssignmentOrder.enterprise), joinedload(AssignmentOrder.to))
        .order_by(AssignmentOrder.on, AssignmentOrder.id)
    )


def orders_of(enterprise_id: int) -> Select[AssignmentOrder]:
    """The changes ordered for one firm and not carried out yet, the nearest first."""
    query = select(AssignmentOrder).where(AssignmentOrder.enterprise_id == enterprise_id)
    return (
        query.where(AssignmentOrder.state == "waiting")
        .options(joinedload(AssignmentOrder.to).joinedload(User.unit))
        .order_by(AssignmentOrder.on, AssignmentOrder.id)
    )


def stand_ins_of(user: User, *, all_below: bool) -> Select[StandIn]:
    """Present and coming deputies: one's own and for those one serves; with `all_below` everybody's."""
    query = (
        select(StandIn)
        .where(or_(StandIn.until_on.is_(None), StandIn.until_on > clock.today()))
        .options(
            joinedload(StandIn.official).joinedload(User.unit),
            joinedload(StandIn.deputy).joinedload(User.unit),
            joinedload(StandIn.enterprise),
        )
        .order_by(StandIn.from_on, StandIn.id)
    )
    return query if all_below else query.where(or_(StandIn.official_id == user.id, StandIn.deputy_id == user.id))


def history(enterprise_id: int) -> list[Assignment]:
    """All assignments, newest first, empty rows (handed on the same day) included."""
    query = (
        select(Assignment)
        .where(Assignment.enterprise_id == enterprise_id)
        .options(joinedload(Assignment.commissioner).joinedload(User.unit))
    )
    return list(db.session.scalars(query.order_by(Assignment.id.desc())))


def chosen(user: User, ids: list[int], permission: Permission) -> tuple[list[Enterprise], int]:
    """Of the ticked enterprises those on which the user has the permission, and how many others there were."""
    live = select(Enterprise).where(Enterprise.id.in_(ids), Enterprise.standing == Standing.ACTIVE)
    mine = list(db.session.scalars(live.where(within(user, permission)).order_by(Enterprise.sort_key, Enterprise.id)))
    return mine, len(set(ids)) - len(mine)
