"""kill -9 between any two steps: nothing is lost, at most the message in flight is repeated, under the same number."""

import pytest
from sqlalchemy import select

from crm import jobs
from crm.core import clock
from crm.core.db import db, writing
from crm.jobs.models import Job
from crm.outbox.models import Delivery
from crm.reminders.models import Reminder
from tests.scheduler.conftest import lapse_leases, promise_many, states

pytestmark = pytest.mark.slow


@pytest.fixture
def due(make, cast):
    """Three people with two things each, due this morning."""
    firm = make.enterprise(commissioner=cast.lin)
    third = make.user("王芳", email="wang@example.cn")
    promise_many(firm, [cast.lin.id, cast.zhou.id, third.id], 2)


def reminders() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Reminder.id).where(Reminder.kind == "followup_due")).all())


def test_killed_while_planning_the_plan_is_wholly_there_or_not_at_all(machine, due):
    assert machine.once(TEST_FAILPOINT="reminders.planned") == -9
    assert reminders() == 0 and states() == []

    assert machine.once() == 0
    assert reminders() == 6
    assert sorted(machine.server.counted().values()) == [1, 1, 1]


@pytest.mark.parametrize(
    ("point", "copies"),
    [
        ("outbox.claimed:2", [1, 1, 1]),  # before anything was said: sent once
        ("outbox.dispatching:2", [1, 1, 1]),  # marked but not connected: the repeat is the only copy
        ("outbox.sent:2", [1, 1, 2]),  # accepted, the outcome not written down
        ("outbox.settled:2", [1, 1, 1]),
    ],
)
def test_killed_on_the_way_everybody_is_told_and_at_most_one_twice(machine, due, point, copies):
    assert machine.once(TEST_FAILPOINT=point) == -9
    assert machine.once() == 0, "the others are not held up"
    lapse_leases()
    assert machine.once() == 0

    assert states() == ["accepted"] * 3
    assert sorted(machine.server.counted().values()) == copies
    assert len({mail.message_id for mail in machine.server.received}) == 3
    assert reminders() == 6
    repeated = [mail for mail in machine.server.received if mail.message["X-CRM-Repeat"]]
    assert len(repeated) == (1 if point.startswith(("outbox.sent", "outbox.dispatching")) else 0)


def test_killed_after_the_last_dot_before_the_answer_there_is_at_most_one_repeat(machine, due):
    assert machine.once(TEST_FAILPOINT="smtp.told:1") == -9
    lapse_leases()
    assert machine.once() == 0

    assert states() == ["accepted"] * 3
    assert all(copies <= 2 for copies in machine.server.counted().values())
    assert sum(machine.server.counted().values()) in (3, 4)


def test_with_hold_a_message_in_doubt_waits_for_a_person(machine, due):
    assert machine.once(TEST_FAILPOINT="outbox.sent:1") == -9
    lapse_leases()
    assert machine.once(CRM_UNCERTAIN="hold") == 0

    assert sorted(states()) == ["accepted", "accepted", "uncertain"]
    assert sorted(machine.server.counted().values()) == [1, 1, 1]


def test_a_lease_that_has_not_lapsed_is_respected(machine, due):
    assert machine.once(TEST_FAILPOINT="outbox.claimed:1") == -9
    assert machine.once() == 0

    assert sorted(states()) == ["accepted", "accepted", "claimed"]
    held = db.session.scalars(select(Delivery).where(Delivery.state == "claimed")).one()
    assert held.lease_until > clock.real_now()


def test_a_job_of_a_killed_scheduler_is_finished_by_the_next(machine, cast):
    with writing():
        job = jobs.submit("backup", {}, by=cast.admin)
    first = machine.scheduler(TEST_FAILPOINT="jobs.claimed")
    assert first.wait() == -9
    assert _state(job.id) == "running"
    with writing() as session:
        session.get(Job, job.id).lease_until = clock.real_now().replace(year=2020)
        session.flush()

    second = machine.scheduler()
    second.until(lambda: _state(job.id) == "done")
    assert _attempts(job.id) == 2
    assert second.stop() == 0


def _attempts(job_id: int) -> int:
    return db.session.scalars(select(Job.attempts).where(Job.id == job_id)).one()


def _state(job_id: int) -> str:
    db.session.rollback()
    return db.session.scalars(select(Job.state).where(Job.id == job_id)).one()
