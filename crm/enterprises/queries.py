"""Who may see which enterprises, as one WHERE clause that every list, count, search, export and file obeys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from flask import abort
from sqlalchemy import ColumnElement, Date, Select, bindparam, false, or_, select, true, union
from sqlalchemy.orm import column_property

from crm.accounts.models import Unit, UnitKind, User
from crm.core import clock
from crm.core.db import db
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.serving_models import Assignment, Liaison, StandIn
from crm.permissions import LIAISON_CARRIES, Permission, Scope

Row = TypeVar("Row")


IN_ZONE = Enterprise.standing == Standing.ACTIVE


class Reach(NamedTuple):
    """Where a person has a permission today; equal reaches share one clause, for building it anew costs more than
    asking the database."""

    user_id: int
    today: date
    everywhere: bool
    carries_liaison: bool
    grants: tuple[tuple[Scope, str], ...]
    """Each with the path of the unit that bounds it."""


def reach(user: User, permission: Permission) -> Reach:
    today = clock.today()
    found = user.grants(permission, today)
    everywhere = any(s == Scope.ALL or (post is not None and post.unit.kind == UnitKind.ROOT) for s, post in found)
    grants = tuple((scope, post.unit.path if post is not None else "") for scope, post in found)
    return Reach(user.id, today, everywhere, permission in LIAISON_CARRIES, () if everywhere else grants)


def within(user: User, permission: Permission) -> ColumnElement[bool]:
    """The enterprises on which this user has this permission: the union over his posts."""
    return clause_of(reach(user, permission))


def serves_only(user: User) -> bool:
    """Whether this person sees no enterprises but those he serves or leads: few, and quickly asked one by one."""
    given = reach(user, Permission.ENTERPRISE_VIEW)
    return not given.everywhere and all(scope == Scope.SERVED for scope, _path in given.grants)


EVERYWHERE = true()


@lru_cache(maxsize=2048)
def clause_of(given: Reach) -> ColumnElement[bool]:
    if given.everywhere:
        return EVERYWHERE
    return or_(false(), *(_part(given, scope, path) for scope, path in given.grants))


def _part(given: Reach, scope: Scope, path: str) -> ColumnElement[bool]:
    match scope:
        case Scope.SERVED:
            served = Enterprise.id.in_(_served_by(given.user_id, given.today))
            linked = Enterprise.id.in_(_linked_to(given.user_id, given.today))
            return or_(served, linked) if given.carries_liaison else served
        case Scope.SUBTREE:
            return in_subtree(path)
    return false()


def served_by(user: User) -> Select[int]:
    """Ids of the enterprises this user serves today, himself or as a stand-in."""
    return _served_by(user.id, clock.today())


@lru_cache(maxsize=2048)
def _served_by(user_id: Any, today: Any) -> Select[int]:
    return select(_own(user_id).union_all(_stood_in(user_id, today)).subquery().c.enterprise_id)


def _own(user_id: Any) -> Select[int]:
    own = Assignment.commissioner_id == user_id, Assignment.ended_on.is_(None)
    return select(Assignment.enterprise_id).where(*own)


def _stood_in(user_id: Any, today: Any) -> Select[int]:
    return (
        select(Assignment.enterprise_id)
        .join(StandIn, StandIn.official_id == Assignment.commissioner_id)
        .where(
            Assignment.ended_on.is_(None),
            StandIn.deputy_id == user_id,
            StandIn.from_on <= today,
            or_(StandIn.until_on.is_(None), StandIn.until_on > today),
            or_(StandIn.enterprise_id.is_(None), StandIn.enterprise_id == Assignment.enterprise_id),
        )
    )


def linked_to(user: User) -> Select[int]:
    """Ids of the enterprises whose liaison leader this user is today."""
    return _linked_to(user.id, clock.today())


@lru_cache(maxsize=2048)
def _linked_to(user_id: Any, today: Any) -> Select[int]:
    is_open = or_(Liaison.until_on.is_(None), Liaison.until_on > today)
    return select(Liaison.enterprise_id).where(Liaison.leader_id == user_id, Liaison.from_on <= today, is_open)


def _any_served() -> ColumnElement[bool]:
    """Whether a person serves, stands in or leads anywhere today."""
    today = bindparam("today", callable_=clock.today, type_=Date(), unique=True)
    ways = (_own(User.id), _stood_in(User.id, today), _linked_to(User.id, today))
    return or_(*(way.correlate(User).exists() for way in ways))


User.serves = column_property(_any_served(), deferred=True)


def seen_directly(user: User) -> Sequence[int]:
    """Ids of the enterprises whose contacts this user sees directly: one statement that reads no register."""
    if not user.may(Permission.CONTACT_DIRECT):
        return []
    return db.session.scalars(union(served_by(user), linked_to(user))).all()


def direct_to(user_id: Any, today: Any) -> ColumnElement[bool]:
    """`within(user, CONTACT_DIRECT)` over parameters, for statements that are built once."""
    return or_(Enterprise.id.in_(_served_by(user_id, today)), Enterprise.id.in_(_linked_to(user_id, today)))


def in_subtree(path: str) -> ColumnElement[bool]:
    """In the subtree by responsible unit, responsible section, territory, or the commissioner's unit."""
    units = select(Unit.id).where(Unit.path.startswith(path, autoescape=True))
    served = select(Assignment.enterprise_id).join(User, User.id == Assignment.commissioner_id)
    return or_(
        Enterprise.unit_id.in_(units),
        Enterprise.section_id.in_(units),
        Enterprise.territory_id.in_(units),
        Enterprise.id.in_(served.where(Assignment.ended_on.is_(None), User.unit_id.in_(units))),
    )


def visible_to(user: User) -> Select[Enterprise]:
    """Every enterprise this user may see; every other enterprise query starts here. Merged entries are gone."""
    return select(Enterprise).where(Enterprise.standing != Standing.MERGED, within(user, Permission.ENTERPRISE_VIEW))


def of_visible(model: Any, user: User, permission: Permission = Permission.ENTERPRISE_VIEW) -> ColumnElement[bool]:
    """Rows of a business table (it carries `enterprise_id`) that belong to enterprises within the permission."""
    clause = within(user, permission)
    if clause is EVERYWHERE:
        return EVERYWHERE
    return model.enterprise_id.in_(select(Enterprise.id).where(clause))


def load(enterprise_id: int, user: User, permission: Permission = Permission.ENTERPRISE_VIEW) -> Enterprise:
    """The enterprise, or 404 for strangers and 403 for those who may see it but lack the permission."""
    found = db.session.scalar(visible_to(user).where(Enterprise.id == enterprise_id))
    if found is None:
        abort(404)
    if permission != Permission.ENTERPRISE_VIEW and not may(user, permission, found):
        abort(403)
    return found


def may(user: User, permission: Permission, enterprise: Enterprise) -> bool:
    return (
        db.session.scalar(select(Enterprise.id).where(Enterprise.id == enterprise.id, within(user, permission)))
        is not None
    )


def commissioner_of(enterprise_id: int) -> Assignment | None:
    """The open assignment of an enterprise."""
    return db.session.scalar(
        select(Assignment).where(Assignment.enterprise_id == enterprise_id, Assignment.ended_on.is_(None))
    )


def stands_for(enterprise: Enterprise) -> Enterprise:
    """The entry into which this one has been merged, else itself."""
    while enterprise.merged_into_id is not None:
        enterprise = db.session.get_one(Enterprise, enterprise.merged_into_id)
    return enterprise
