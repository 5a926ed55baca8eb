"""The documented commands as processes of their own, on the test's database, with a real mail server."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from crm.accounts import User
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise
from crm.followups.models import Followup
from crm.jobs.models import Once
from crm.outbox.models import Delivery
from crm.reminders import mornings
from tests.conftest import environment_for
from tests.services.processes import Command, flask
from tests.services.smtp import MailServer, mail_server


class Machine:
    """One installation: its environment, its processes, its clock."""

    def __init__(self, url: str, folder: Path, server: MailServer) -> None:
        self.server, self.folder, self.started = server, folder, 0
        self.env = environment_for(url, folder, CRM_SMTP_URL=server.url, CRM_MAIL_PER_MINUTE="0")
        self.commands: list[Command] = []

    def start(self, *words: str, **env: str) -> Command:
        """Each process starts a minute later than the one before: a morning on which time only moves forward."""
        self.started += 1
        env = {"CRM_CLOCK": f"2026-11-24T08:{30 + self.started}:00+08:00", **env}
        log = self.folder / f"{self.started}-{words[0]}.log"
        known = {name: value for name, value in {**self.env, **env}.items() if value}
        command = Command(*flask(*words), env=known, log=log)
        self.commands.append(command)
        return command

    def scheduler(self, **env: str) -> Command:
        return self.start("run-scheduler", **env)

    def once(self, **env: str) -> int:
        """`send-reminders --once` to its end; the exit code, -9 when a fail-point ended it."""
        return self.start("send-reminders", "--once", "--json", **env).wait(60)

    def close(self) -> None:
        for command in self.commands:
            if command.is_running:
                command.kill()


@pytest.fixture
def machine(app, database, tmp_path):
    with mail_server() as server:
        made = Machine(database, tmp_path, server)
        yield made
        made.close()


def promise_many(firm: Enterprise, owners: list[int], each: int, day: str = "2026-11-24") -> None:
    """`each` follow-ups due on the day for every owner, in one statement."""
    now, due = clock.now(), date.fromisoformat(day)
    row = {"enterprise_id": firm.id, "text": "x", "due_on": due, "created_at": now, "updated_at": now}
    with writing() as session:
        session.execute(insert(Followup), [{**row, "owner_id": owner} for owner in owners for _ in range(each)])


def officials_like(one: User, addresses: list[str]) -> list[int]:
    """His colleagues, one for each address, in one statement; their ids."""
    same = {key: getattr(one, key) for key in ("unit_id", "created_at", "updated_at")}
    with writing() as session:
        rows = [{**same, "name": address, "email": address} for address in addresses]
        return list(session.scalars(insert(User).returning(User.id), rows))


def another_morning() -> None:
    """Its mails have not been posted yet; without this, what is promised now waits for tomorrow's."""
    with writing() as session:
        session.execute(delete(Once).where(Once.key.startswith(mornings.NAME)))


def lapse_leases() -> None:
    """Two minutes pass for whatever a dead process held."""
    with writing() as session:
        for delivery in session.scalars(select(Delivery).where(Delivery.lease_until.is_not(None))):
            delivery.lease_until = clock.real_now().replace(year=2020)
        session.flush()


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))
