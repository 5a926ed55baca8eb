"""One official per role, and around him an enterprise and a person in every relation the tables name."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from crm.accounts import services
from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises import assignment
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Liaison, StandIn
from crm.permissions import Domain, Role
from crm.timeline import CLI

HERE = Path(__file__).parent
ROLES = ("serving", "handler", "manager", "manager_of_listing", "leader", "clerk", "administrator", "auditor")


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class World:
    """Units: A > (U > below, beside); far, ended, coming stand apart. The post is over U, his home is far."""

    def __init__(self, make, role: str) -> None:
        self.make, self.today = make, clock.today()
        self.above = make.unit("上级局")
        self.unit = make.unit("本科室", parent=self.above)
        self.below = make.unit("下级组", parent=self.unit)
        self.beside = make.unit("旁边科室", parent=self.above)
        self.far, self.ended, self.coming = make.unit("远处"), make.unit("原职责单位"), make.unit("将任单位")
        self.official = make.user("主角", unit=self.far)
        self.colleague = make.user("同事", unit=self.far)
        self.inside = make.user("下属", unit=self.below)
        if role != "serving":
            self._give_posts(role)

    def _give_posts(self, role: str) -> None:
        """The post over U, one that ended today and one that begins tomorrow."""
        domain = Domain.LISTING if role == "manager_of_listing" else None
        held = Role(role.removesuffix("_of_listing"))
        tomorrow, long_ago = self.today + timedelta(days=1), self.today - timedelta(days=400)
        for unit, since, until in (
            (self.unit, long_ago, None),
            (self.ended, long_ago, self.today),
            (self.coming, tomorrow, None),
        ):
            with writing():
                services.give_post(self.official, role=held, unit=unit, domain=domain, since=since, until=until, by=CLI)

    def enterprise(self, relation: str) -> Enterprise:
        """An enterprise that stands in this relation to the official and in no other."""
        place: dict[str, Unit] = {
            "unit": self.unit, "below": self.below, "above": self.above, "beside": self.beside,
            "ended_post": self.ended, "coming_post": self.coming,
        }  # fmt: skip
        serves = {"own": self.official, "former": self.official, "commissioners_unit": self.inside}
        made = self.make.enterprise(
            unit=place.get(relation, self.far),
            commissioner=serves.get(relation, self.colleague),
            since=self.today - timedelta(days=100),
            section_id=self.unit.id if relation == "section" else None,
            territory_id=self.below.id if relation == "territory" else None,
        )
        with writing():
            self._relate(made, relation, self.today - timedelta(days=50))
            db.session.flush()
        return made

    def _relate(self, made: Enterprise, relation: str, since: date) -> None:
        open_one = assignment.commissioner_of(made.id)
        match relation:
            case "former":
                assignment.end(open_one, on=self.today, reason="handed_over", by=CLI)
                assignment.assign(made, self.colleague, by=CLI)
            case "stand_in" | "ended_stand_in":
                until = self.today if relation == "ended_stand_in" else None
                db.session.add(
                    StandIn(
                        official_id=self.colleague.id,
                        deputy_id=self.official.id,
                        enterprise_id=made.id,
                        from_on=since,
                        until_on=until,
                    )
                )
            case "liaison":
                db.session.add(Liaison(enterprise_id=made.id, leader_id=self.official.id, from_on=since))

    def person(self, relation: str) -> User:
        """A person whose home unit stands in this relation to the official's posts."""
        home = {
            "own_unit": self.unit, "below": self.below, "above": self.above, "beside": self.beside,
            "ended_post": self.ended, "coming_post": self.coming,
        }  # fmt: skip
        return self.official if relation == "self" else self.make.user(unit=home[relation])
