"""kill -9 at a random step, a thousand times: all are told, nothing is repeated outside the one gap that SMTP has.

`python3 tasks.py proof` runs the thousand and writes docs/proofs/kills-*.md; CI runs twenty. The seed is printed: the
same seed kills at the same steps.
"""

import os
import random
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import func, select

from crm.core.db import db
from crm.outbox.models import Delivery
from crm.reminders.models import Reminder
from tests.proofs import keep, table
from tests.scheduler.conftest import another_morning, lapse_leases, promise_many, states
from tests.services.processes import ROOT

POINTS = (
    "reminders.planned", "outbox.claimed", "outbox.dispatching", "smtp.mail", "smtp.rcpt", "smtp.data", "smtp.told",
    "outbox.sent", "outbox.settled",
)  # fmt: skip
IN_DOUBT = {"outbox.dispatching", "smtp.mail", "smtp.rcpt", "smtp.data", "smtp.told", "outbox.sent"}
"""Between the mark and the outcome: nobody can know whether the mail was taken."""


class Nursery:
    def __init__(self, machine) -> None:
        env = {**machine.env, "CRM_CLOCK": "2026-11-24T08:31:00+08:00"}
        command = [sys.executable, "-m", "tests.scheduler.nursery"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        self.log = (machine.folder / "nursery.log").open("w")
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=self.log, **pipes)
        assert self.process.stdout.readline() == "ready\n"

    def send(self, point: str = "none", passage: int = 1) -> int:
        print(point, passage, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        self.log.close()


@pytest.fixture
def nursery(machine):
    made = Nursery(machine)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("kills", "items"),
    [pytest.param(20, 30, marks=pytest.mark.slow), pytest.param(1000, 500, marks=pytest.mark.proof)],
)
def test_whatever_is_killed_everybody_is_told(machine, nursery, make, cast, kills, items):
    seed = int(os.environ.get("SEED", "20261123"))
    print(f"seed {seed}")
    chance, done, rounds = random.Random(seed), Counter(), 0
    firm = make.enterprise(commissioner=cast.lin)
    assert nursery.send() == 0, "the line on the firm received is told first"
    while sum(done.values()) < kills:
        rounds += 1
        people = [make.user(f"第{rounds}轮{n}", email=f"r{rounds}n{n}@example.cn").id for n in range(items)]
        promise_many(firm, people, 1)
        another_morning()
        while set(states()) - {"accepted", "uncertain"} or told_in_app() < rounds * items:
            point = chance.choice(POINTS)
            passage = chance.randint(1, 8) if point != "reminders.planned" else 1
            point = "none" if sum(done.values()) >= kills else point
            code = nursery.send(point, passage)
            assert code in (0, -9), (machine.folder / "nursery.log").read_text()
            done[point] += code == -9
            lapse_leases()
    result = judge(machine, done, rounds * items)
    print("\n" + result)
    if kills >= 1000:
        keep("kills", "A thousand kills", result, seed)


def told_in_app() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Reminder).where(Reminder.kind == "followup_due"))


def judge(machine, done: Counter, items: int) -> str:
    """Count by recipient and Message-ID what the mail server took, and compare with what the database knows."""
    keys = (Reminder.kind, Reminder.subject_id, Reminder.basis, Reminder.step, Reminder.recipient_id)
    twice = db.session.execute(select(*keys).group_by(*keys).having(func.count() > 1)).all()
    counted = machine.server.counted()
    everybody = set(db.session.scalars(select(Delivery.address).where(Delivery.template == "digest")))
    waiting = set(db.session.scalars(select(Delivery.address).where(Delivery.state == "uncertain")))
    missing = everybody - {recipient for recipient, _ in counted} - waiting
    repeats = [mail for mail in machine.server.received if mail.message["X-CRM-Repeat"]]
    copies = Counter(counted.values())
    unmarked = sum(n - 1 for n in counted.values()) - len(repeats)
    in_gap = sum(n for point, n in done.items() if point in IN_DOUBT)

    assert told_in_app() == items and twice == []
    assert missing == set(), "lost"
    assert max(copies) <= 2 and unmarked <= 0, "a repeat that does not say so"
    assert copies[2] <= in_gap, "a repeat outside the gap"
    assert len({number for _, number in counted}) == len({recipient for recipient, _ in counted})
    return table({
        **{f"kills at {point}": done[point] for point in POINTS},
        "reminders in the app: lost, doubled": "0, 0",
        "mails owed": len(everybody),
        "mails lost": len(missing),
        "mails that came twice, marked and under the same Message-ID": copies[2],
        "mails that came twice without need or mark": 0,
        "in doubt twice, waiting for a person (told under Deliveries)": len(waiting),
        "of these the mail server had taken one all the same": len(waiting & {recipient for recipient, _ in counted}),
    })  # fmt: skip
