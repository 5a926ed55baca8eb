"""Acts on the partners of a track: one comes, one leaves. A row is ended, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.queries import insert_new
from crm.core.words import say
from crm.cultivation.models import Track
from crm.cultivation.partner_models import Partner, TrackPartner
from crm.cultivation.rules import partners as rules
from crm.cultivation.telling import tell_of
from crm.enterprises import names
from crm.enterprises.models import Enterprise
from crm.timeline import Actor


def engage(track: Track, name: str, *, role: str, since_on: date | None, by: Actor, note: str = "") -> TrackPartner:
    """A partner works on a track in a role; a new name is entered. Raises RuleBroken when it is there already."""
    lock(db.session.get_one(Enterprise, track.enterprise_id))
    broken = rules.obstacles(track.kind, role, since_on, clock.today())
    if not (key := names.normal(name)):
        broken.append(Obstacle("name", say("Write the name of the firm")))
    if broken:
        raise RuleBroken(broken)
    partner = _partner(names.tidy(name), key)
    there = (TrackPartner.track_id == track.id, TrackPartner.partner_id == partner.id, TrackPartner.role == role)
    if db.session.scalar(select(TrackPartner.id).where(*there, TrackPartner.until_on.is_(None))):
        raise RuleBroken(say("It works on this track in this role already"), "name")
    made = TrackPartner(track_id=track.id, enterprise_id=track.enterprise_id, partner_id=partner.id, role=role,
                        since_on=since_on, note=note, entered_by_id=by.id)  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _tell(track, "track.partner_came", made, partner, since_on, by)
    return made


def leave(row: TrackPartner, *, until_on: date, by: Actor) -> None:
    """A partner works on the track until a day. Raises Stale when it has left already."""
    track = db.session.get_one(Track, row.track_id)
    lock(db.session.get_one(Enterprise, track.enterprise_id))
    lock(row)
    if row.until_on is not None:
        raise Stale(row)
    if broken := rules.leaving_obstacles(row.since_on, until_on, clock.today()):
        raise RuleBroken(broken)
    row.until_on = until_on
    db.session.flush()
    _tell(track, "track.partner_left", row, row.partner, until_on, by)


def of_tracks(track_ids: Sequence[int]) -> dict[int, list[TrackPartner]]:
    """The partners of each track, those that still work on it first, in the order of the roles."""
    found: dict[int, list[TrackPartner]] = {track_id: [] for track_id in track_ids}
    query = select(TrackPartner).join(TrackPartner.partner).options(contains_eager(TrackPartner.partner))
    query = query.where(TrackPartner.track_id.in_(track_ids)).order_by(TrackPartner.id)
    rows = db.session.scalars(query).all() if track_ids else []
    order = list(rules.roles())
    place: Any = {code: n for n, code in enumerate(order)}
    for row in sorted(rows, key=lambda row: (row.until_on is not None, place.get(row.role, len(order)))):
        found[row.track_id].append(row)
    return found


def _partner(name: str, key: str) -> Partner:
    """One row a name, also when two enter it at once."""
    insert_new(Partner, [{"name": name, "name_key": key}])
    return db.session.scalars(select(Partner).where(Partner.name_key == key)).one()


def _tell(track: Track, kind: str, row: TrackPartner, partner: Partner, on: date | None, by: Actor) -> None:
    told = {"role": row.role, "partner": partner.name, "on": on.isoformat() if on else "", "note": row.note}
    tell_of(track, kind, ("track_partner", row.id), by, **told)
