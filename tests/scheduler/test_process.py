"""The scheduler process: it breathes, works, survives trouble, stops when asked, and may have a twin."""

import os
import re
import signal
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from crm.core import clock
from crm.core.db import db, writing
from crm.jobs.models import Heartbeat, Once
from crm.outbox.models import Delivery, DeliveryAttempt
from crm.timeline import Entry, Seal
from tests.scheduler.conftest import lapse_leases, officials_like, promise_many, states
from tests.services.processes import ROOT, until

pytestmark = pytest.mark.slow


def scalar(query):
    db.session.rollback()
    return db.session.scalar(query)


def test_it_breathes_seals_copies_and_stops_with_code_0(machine, cast):
    scheduler = machine.scheduler()
    scheduler.until(lambda: scalar(select(func.count()).select_from(Heartbeat)))
    assert clock.real_now() - scalar(select(Heartbeat.at)) < timedelta(seconds=30)
    scheduler.until(
        lambda: scalar(select(func.count()).select_from(Seal)) == scalar(select(func.count()).select_from(Entry))
    )
    scheduler.until(lambda: scalar(select(Once.state).where(Once.key.startswith("nightly copy:"))) == "done")

    assert scheduler.stop() == 0
    assert "Traceback" not in scheduler.output


def test_asked_to_stop_it_finishes_the_mail_in_hand_and_leaves_the_rest(machine, make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    promise_many(firm, [cast.lin.id, cast.zhou.id], 1)
    with machine.server.holding():
        scheduler = machine.scheduler()
        scheduler.until(lambda: "claimed" in states())
        until(lambda: scalar(text("SELECT count(*) FROM delivery WHERE dispatching_at IS NOT NULL")))
        scheduler.process.send_signal(signal.SIGTERM)
        scheduler.until_says("stops when what it has in hand is done")
    assert scheduler.wait() == 0

    assert sorted(states()) == ["accepted", "pending"]
    assert len(machine.server.received) == 1


def test_a_failing_beat_ends_nothing(machine, make, cast, database):
    """The table it needs is away for a while; when it is back, work goes on."""
    firm = make.enterprise(commissioner=cast.lin)
    promise_many(firm, [cast.lin.id], 1)
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE reminder RENAME TO reminder_away"))
    db.session.rollback()
    scheduler = machine.scheduler()
    scheduler.until_says("beat failed; the next one comes")
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE reminder_away RENAME TO reminder"))

    scheduler.until(lambda: states() == ["accepted"])
    assert scheduler.stop() == 0


@pytest.mark.parametrize(
    ("ones", "many"), [pytest.param(190, 10, marks=pytest.mark.slow), pytest.param(500, 20, marks=pytest.mark.proof)]
)
def test_two_at_once_and_one_is_killed_midway(machine, make, cast, ones, many):
    """So many people with one thing each and so many with 25: everybody gets one mail, whoever sent it."""
    people = officials_like(cast.lin, [f"one{n}@example.cn" for n in range(ones)])
    busy = officials_like(cast.lin, [f"many{n}@example.cn" for n in range(many)])
    firm = make.enterprise(commissioner=cast.lin)
    promise_many(firm, people, 1)
    promise_many(firm, busy, 25)

    with machine.server.holding():
        first, second = machine.scheduler(), machine.scheduler()
        for scheduler in (first, second):
            until(lambda s=scheduler: _held_by(s.pid), 120)
    for scheduler in (first, second):
        until(lambda s=scheduler: _sent_by(s.pid) >= 20, 120)
    os.kill(second.pid, signal.SIGKILL)
    second.wait()
    lapse_held_by(second.pid)
    first.until(lambda: not _left(), 180)
    assert first.stop() == 0

    counted = machine.server.counted()
    assert len({recipient for recipient, _ in counted}) == ones + many
    assert len(counted) == ones + many, "one Message-ID per person"
    assert sum(copies - 1 for copies in counted.values()) <= 1, "only what was in flight at the kill may be repeated"
    sizes = {mail.recipient[:3]: mail.text.count("/followups/") for mail in machine.server.received}
    assert sizes == {"one": 1, "man": 25}
    assert (
        scalar(select(func.count()).select_from(DeliveryAttempt).where(DeliveryAttempt.state == "accepted"))
        == ones + many
    )


def _left() -> int:
    return scalar(select(func.count()).select_from(Delivery).where(Delivery.state != "accepted"))


def _sent_by(pid: int) -> int:
    return _of_process(pid, "accepted")


def _held_by(pid: int) -> int:
    """While the mail server holds its answers nobody is through with all of them before the twin has begun."""
    return _of_process(pid, "claimed")


def _of_process(pid: int, state: str) -> int:
    mine = text("SELECT count(*) FROM delivery WHERE state = :state AND claimed_by LIKE :ending")
    return scalar(mine.bindparams(state=state, ending=f"%:{pid}"))


def lapse_held_by(pid: int) -> None:
    """What the dead one held becomes free at once instead of in two minutes; the living one's claims stay."""
    held = text("UPDATE delivery SET lease_until = :past WHERE state = 'claimed' AND claimed_by LIKE :e")
    with writing() as session:
        session.execute(held, {"past": "2020-01-01 00:00:00+00:00", "e": f"%:{pid}"})


def test_the_web_process_knows_no_scheduler():
    web = [
        path
        for path in (ROOT / "crm").rglob("*.py")
        if re.search(r"^(from|import) apscheduler", path.read_text(), re.M)
    ]
    assert [path.name for path in web] == ["scheduler.py"]


def test_a_lease_lapsed_twice_is_still_one_mail(machine, make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    promise_many(firm, [cast.lin.id], 1)
    for _ in range(2):
        assert machine.once(TEST_FAILPOINT="outbox.claimed") == -9
        lapse_leases()
    assert machine.once() == 0

    assert list(machine.server.counted().values()) == [1]
