"""What keeps a person from leaving and a unit from being closed: enterprises served, enterprises answered for."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from crm.accounts.ties import Tie, tie_person, tie_unit
from crm.core.db import db
from crm.core.words import say
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.serving_models import Assignment


def install() -> None:
    tie_person(
        Tie(
            "serves",
            say("Enterprises served"),
            say("%(n)s enterprises are still served: hand them over first"),
            served_by,
            "desk.enterprises",
            lambda person_id: {"commissioner": person_id},
        )
    )
    tie_unit(
        Tie(
            "enterprises",
            say("Enterprises"),
            say("%(n)s enterprises belong here: give them to another unit first"),
            belonging_to,
            "desk.enterprises",
        )
    )


def served_by(person_id: int) -> int:
    query = select(func.count()).where(Assignment.commissioner_id == person_id, Assignment.ended_on.is_(None))
    return db.session.scalar(query) or 0


def belonging_to(unit_id: int) -> int:
    """Enterprises in the zone whose responsible unit, section or territory this is."""
    here = or_(Enterprise.unit_id == unit_id, Enterprise.section_id == unit_id, Enterprise.territory_id == unit_id)
    query = select(func.count()).select_from(Enterprise).where(here, Enterprise.standing == Standing.ACTIVE)
    return db.session.scalar(query) or 0
