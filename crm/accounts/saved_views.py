"""Saved views: a list's filters under a name, private or shared with everybody below a unit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from crm.accounts.models import SavedView, Unit, User
from crm.core import clock
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.permissions import Permission
from crm.timeline import record

MOST_OF_ONE_PERSON = 30
LONGEST_QUERY = 2000


def of(user: User, listing: str) -> Select[*tuple[Any, ...]]:
    """A person's views of one list, his own first: private ones and those shared with his unit or his posts' units.
    Each as `id, name, query, is_own, is_shared`."""
    above = [int(part) for unit in _units_of(user) for part in unit.path.strip("/").split("/")]
    return _views(user.id, listing, tuple(above))


@lru_cache(maxsize=1024)
def _views(user_id: int, listing: str, above: tuple[int, ...]) -> Select[*tuple[Any, ...]]:
    is_own, is_shared = SavedView.owner_id == user_id, SavedView.unit_id.is_not(None)
    shown = (SavedView.id, SavedView.name, SavedView.query, is_own.label("is_own"), is_shared.label("is_shared"))
    seen = or_(is_own, and_(is_shared, SavedView.unit_id.in_(above)))
    query = select(*shown).where(SavedView.listing == listing, seen)
    return query.order_by(is_own.desc(), SavedView.name, SavedView.id)


def _units_of(user: User) -> list[Unit]:
    return [user.unit, *(p.unit for p in user.posts if p.holds_on(clock.today()))]


def shareable(user: User) -> ColumnElement[bool]:
    """The units with which this person may share a view."""
    paths = [post.unit.path for scope, post in user.grants(Permission.SHARE_VIEW, clock.today()) if post is not None]
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def save(*, listing: str, name: str, query: str, unit: Unit | None, by: User) -> SavedView:
    """Keep the filters under a name; a view of the same name is replaced. Raises RuleBroken for one too many."""
    if len(query) > LONGEST_QUERY:
        raise RuleBroken(say("These filters are too long to be kept"))
    mine = select(SavedView).where(SavedView.listing == listing, SavedView.owner_id == by.id)
    known = list(db.session.scalars(mine))
    view = next((v for v in known if v.name == name), None)
    if view is None:
        if len(known) >= MOST_OF_ONE_PERSON:
            raise RuleBroken(say("You keep %(n)s views already: delete one first", n=len(known)))
        view = SavedView(listing=listing, owner_id=by.id, name=name)
        db.session.add(view)
    view.query, view.unit_id = query, unit.id if unit else None
    db.session.flush()
    record(None, "view.saved", by=by, subject=("saved_view", view.id), name=name, shared_with=unit.name if unit else "")
    return view


def change(view: SavedView, *, name: str, unit: Unit | None, by: User) -> None:
    """Rename a view, or change with whom it is shared."""
    taken = select(SavedView.id).where(
        SavedView.listing == view.listing, SavedView.owner_id == view.owner_id, SavedView.name == name
    )
    if db.session.scalar(taken.where(SavedView.id != view.id)) is not None:
        raise RuleBroken(say("You have a view of this name already"), "name")
    view.name, view.unit_id = name, unit.id if unit else None
    db.session.flush()
    record(None, "view.saved", by=by, subject=("saved_view", view.id), name=name, shared_with=unit.name if unit else "")


def delete(view: SavedView, *, by: User) -> None:
    record(None, "view.deleted", by=by, subject=("saved_view", view.id), name=view.name)
    db.session.delete(view)
    db.session.flush()


def own(user: User, view_id: int) -> SavedView | None:
    """A view that this person may change: his own only."""
    return db.session.scalar(select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == user.id))
