"""The command by hand: counts, rehearsal, another moment, and what production refuses."""

import json
import re

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.outbox.models import Delivery
from crm.reminders.models import Reminder
from tests.scheduler.conftest import promise_many

pytestmark = pytest.mark.slow
PROMISED = ("planned", "claimed", "accepted", "retry", "failed", "uncertain", "cancelled")
NOTHING = dict.fromkeys(PROMISED, 0)


@pytest.fixture
def due(make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    promise_many(firm, [cast.lin.id, cast.zhou.id], 2)


def rows() -> tuple[int, int]:
    db.session.rollback()
    return len(db.session.scalars(select(Reminder.id)).all()), len(db.session.scalars(select(Delivery.id)).all())


def answer(command) -> dict[str, int]:
    assert command.wait(60) == 0, command.output
    [counts] = [json.loads(line) for line in command.output.splitlines() if line.startswith("{")]
    assert tuple(counts) == PROMISED
    return counts


def test_once_sends_and_the_second_time_there_is_nothing(machine, due):
    first = answer(machine.start("send-reminders", "--once", "--json"))
    assert first == {**NOTHING, "planned": 5, "claimed": 2, "accepted": 2}, (
        "four promises and one line on the firm received"
    )
    assert answer(machine.start("send-reminders", "--once", "--json")) == NOTHING
    assert len(machine.server.received) == 2


def test_what_the_limit_per_minute_holds_back_is_told(machine, due):
    more = "另有 1 封已到时间"
    first = machine.start("send-reminders", "--once", "--json", CRM_MAIL_PER_MINUTE="1")
    assert answer(first)["accepted"] == 1 and more in first.output
    again = machine.start("send-reminders", "--once", CRM_MAIL_PER_MINUTE="1", CRM_CLOCK="2026-11-24T08:31:20+08:00")
    assert again.wait(60) == 0 and more in again.output, again.output
    last = machine.start("send-reminders", "--once", "--json", CRM_MAIL_PER_MINUTE="1")
    assert answer(last)["accepted"] == 1 and "另有" not in last.output
    assert len(machine.server.received) == 2


def test_a_server_that_is_away_leaves_nothing_untold(machine, due):
    machine.server.answer("421 busy", at="MAIL")
    command = machine.start("send-reminders", "--once", "--json")
    counts = answer(command)
    waiting = re.search(r"另有 (\d+) 封已到时间", command.output)
    assert counts["accepted"] + counts["retry"] + (int(waiting[1]) if waiting else 0) == 2, command.output


def test_a_dry_run_counts_and_leaves_no_trace(machine, due):
    counts = answer(machine.start("send-reminders", "--once", "--dry-run", "--json", "--now", "2026-11-25T09:00"))

    assert (counts["planned"], counts["claimed"], counts["accepted"]) == (5, 2, 0)
    assert rows() == (0, 0)
    assert machine.server.received == []


def test_another_moment_may_be_pretended_outside_production(machine, due):
    early = answer(machine.start("send-reminders", "--once", "--json", "--now", "2026-11-24T08:00:00+08:00"))
    assert (early["planned"], early["claimed"]) == (5, 0)


def test_production_pretends_only_without_sending(machine, due):
    production = {"CRM_ENV": "production", "CRM_ALLOW_HTTP": "1", "CRM_CLOCK": ""}
    refused = machine.start("send-reminders", "--once", "--now", "2026-11-24T09:00", **production)
    assert refused.wait(60) == 2
    assert "--dry-run" in refused.output
    rehearsed = machine.start(
        "send-reminders", "--once", "--dry-run", "--json", "--now", "2026-11-24T09:00", **production
    )
    assert answer(rehearsed)["planned"] >= 4
    assert rows() == (0, 0)


def test_without_once_it_says_what_is_missing(machine):
    command = machine.start("send-reminders")
    assert command.wait(60) == 2
    assert "--once" in command.output
