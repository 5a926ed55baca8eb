"""F18: a sender that stands still for longer than its lease comes too late: another has sent, and it must not."""

import signal
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.outbox.models import Delivery, DeliveryAttempt
from crm.reminders.planning import plan
from tests.house.holding import raw_connection
from tests.scheduler.conftest import promise_many, states
from tests.services.processes import is_stopped, until

pytestmark = pytest.mark.slow
LEASE = 8
"""Seconds; long enough for all of them to have begun on a busy machine."""
POINTS = {
    "outbox.claimed": 0,  # nothing was marked yet
    "outbox.dispatching": 0,  # marked, the server not called
    "smtp.data": 0,  # the server has heard the address and waits for the words
    "smtp.told": 1,  # all is said, the answer not read: the gap of SMTP
}
"""Where each of four senders is stopped, and how many copies left by it before that."""


def test_senders_stopped_past_their_lease_send_nothing_when_they_go_on(app, machine, make, now):
    people = [make.user(f"丙{n}", email=f"stopped{n}@example.cn").id for n in range(len(POINTS))]
    promise_many(make.enterprise(), people, 1)
    plan_at_half_past_eight(app, machine, now)
    stopped = [
        machine.start("send-reminders", "--once", TEST_FAILPOINT=f"{point}:1:STOP", TEST_LEASE=str(LEASE))
        for point in POINTS
    ]
    for command in stopped:
        command.until(lambda command=command: is_stopped(command.pid), 60)
    before = len(machine.server.received)

    successor = machine.scheduler(TEST_LEASE=str(LEASE))
    successor.until(lambda: states() == ["accepted"] * len(POINTS), 60)
    for command in stopped:
        command.process.send_signal(signal.SIGCONT)
        assert command.wait(60) == 0
        assert "another process has it" in command.output
    assert successor.stop() == 0

    assert states() == ["accepted"] * len(POINTS), "no late word has changed an outcome"
    assert before <= sum(POINTS.values())
    told_once_each_but_one(machine)


def plan_at_half_past_eight(app, machine, now) -> None:
    """Beforehand, so that all the senders find something to take."""
    now.set("2026-11-24T08:30:10+08:00")
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], smtp_url=machine.server.url)
    plan(clock.now())


def told_once_each_but_one(machine):
    counted = machine.server.counted()
    assert len(counted) == len(POINTS), "one Message-ID per person"
    assert sorted(counted.values()) == [1, 1, 1, 2]
    [twice] = [recipient for (recipient, _), n in counted.items() if n == 2]
    marked = [bool(mail.message["X-CRM-Repeat"]) for mail in machine.server.to(twice)]
    assert sorted(marked) == [False, True], "the second copy says what it is"
    db.session.rollback()
    accepted = select(DeliveryAttempt.delivery_id).where(DeliveryAttempt.state == "accepted")
    assert len(db.session.scalars(accepted).all()) == len(POINTS)


def test_a_scheduler_stopped_while_it_talks_leaves_the_mail_to_its_successor(machine, make, cast):
    promise_many(make.enterprise(), [cast.zhou.id], 1)
    with machine.server.holding(at="MAIL"):
        first = machine.scheduler(TEST_LEASE=str(LEASE))
        first.until(lambda: db_says(Delivery.dispatching_at.is_not(None)))
        stop_without_lock(first)
    second = machine.scheduler(TEST_LEASE=str(LEASE))
    second.until(lambda: states() == ["accepted"], 60)
    first.process.send_signal(signal.SIGCONT)
    first.until_says("another process has it")

    assert (first.stop(), second.stop()) == (0, 0)
    assert states() == ["accepted"]
    assert list(machine.server.counted().values()) == [1]


def db_says(condition) -> int | None:
    db.session.rollback()
    return db.session.scalar(select(Delivery.id).where(condition))


def stop_without_lock(command) -> None:
    """Stop it between two of its writes: on SQLite the lock of one that stands still would hold up everybody."""

    def stands_free() -> bool:
        command.process.send_signal(signal.SIGSTOP)
        until(lambda: is_stopped(command.pid))
        if is_free():
            return True
        command.process.send_signal(signal.SIGCONT)
        return False

    until(stands_free)


def is_free() -> bool:
    with closing(raw_connection()) as other, suppress(sqlite3.OperationalError):
        other.execute("BEGIN IMMEDIATE" if isinstance(other, sqlite3.Connection) else "BEGIN")
        return True
    return False
