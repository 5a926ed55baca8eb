"""Tracks that stand still: how many, and the list of them."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, and_, func, select
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.lists import Badge, Column, Empty, Listing
from crm.core.words import _, say
from crm.cultivation.models import Track
from crm.cultivation.queries import seen_beside
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.step_days import days_of, own, stalled
from crm.cultivation.words import kind_word, state_word
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE
from crm.enterprises.serving_models import Assignment


def clause(user: User) -> ColumnElement[bool]:
    """Of firms in the zone, as far as this user may see their tracks; joined with Enterprise."""
    return and_(Track.is_open, stalled(), IN_ZONE, seen_beside(user))


def how_many(user: User) -> int:
    counted = select(func.count()).select_from(Track).join(Enterprise, Enterprise.id == Track.enterprise_id)
    return db.session.scalar(counted.where(clause(user))) or 0


def listing(me: User, args: MultiDict[str, str]) -> Listing:
    shown = (
        Track.id, Track.kind, Track.state, Track.since_on, Track.enterprise_id, Enterprise.name.label("firm"),
        Enterprise.short_name, User.name.label("commissioner"), own().label("own_days"),
    )  # fmt: skip
    made = Listing(
        "stalled", say("Tracks that stand still"), _columns(), args=args, path=url_for("track_steps.stalled"),
        sort="since", tie=Track.id,
        href=lambda row: url_for("desk.enterprise", enterprise_id=row.enterprise_id, tab="tracks"),
    )  # fmt: skip
    serves = (Assignment.enterprise_id == Track.enterprise_id) & Assignment.ended_on.is_(None)
    query: Any = select(*shown).join(Enterprise, Enterprise.id == Track.enterprise_id)
    query = query.outerjoin(Assignment, serves).outerjoin(User, User.id == Assignment.commissioner_id)
    made.take(query.where(clause(me)))
    made.empty = Empty(_("No track stands still"), done=True)
    return made


def _columns() -> list[Column]:
    return [
        Column("firm", say("Enterprise"), "link", order=(Enterprise.sort_key,), value=lambda r: r.short_name or r.firm),
        Column("state", say("Step"), phone=True, value=lambda r: f"{kind_word(r.kind)} · {state_word(r.state)}"),
        Column("since", say("Since"), "day", phone=True, order=(Track.since_on,), value=lambda r: r.since_on),
        Column("days", say("Days planned"), "number", value=lambda r: days_of(ladder().state(r.state), r.own_days)),
        Column("over", say("Days in it"), "badge", phone=True, value=lambda r: _over(r.since_on)),
        Column("commissioner", say("Commissioner"), value=lambda r: r.commissioner, order=(User.name_pinyin,),
               nulls="first", phone=True),
    ]  # fmt: skip


def _over(since: Any) -> Badge:
    return Badge("silent", str((clock.today() - since).days))
