"""Work that a page leaves behind is done once, tells how far it is, and survives the process that did it."""

import pytest
from sqlalchemy import select, text

from crm import jobs
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.words import say
from crm.jobs import services
from crm.jobs.jobs import upkeep, work
from crm.jobs.models import Job, Once


@pytest.fixture
def kinds(app, monkeypatch):
    """Kinds registered in a story go when it ends."""
    from crm.jobs import registry

    for name in ("KINDS", "DAILY", "MINUTELY"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))


def submit(kind: str, args, by) -> Job:
    with writing():
        return jobs.submit(kind, args, by=by)


def fresh(job: Job) -> Job:
    db.session.expire_all()
    return db.session.get(Job, job.id)


def lapse(job: Job) -> None:
    with writing():
        db.session.get(Job, job.id).lease_until = clock.real_now().replace(year=2020)
        db.session.flush()


def test_a_job_runs_once_and_keeps_its_result(kinds, cast):
    jobs.register("add", lambda args, progress: {"sum": sum(args)})
    job = submit("add", [1, 2, 3], cast.clerk)

    assert work() == 1 and work() == 0
    assert fresh(job).state == "done"
    assert job.result == {"sum": 6}


def test_a_broken_rule_is_told_in_its_own_words(kinds, cast):
    def refuse(args, progress):
        raise RuleBroken(say("The file has no header row"))

    jobs.register("check", refuse)
    job = submit("check", {}, cast.clerk)
    work()

    assert fresh(job).state == "failed"
    assert [why.msgid for why in job.reasons] == ["The file has no header row"]


def test_an_unexpected_error_fails_the_job_and_not_the_next_one(kinds, cast):
    jobs.register("crash", lambda args, progress: 1 / 0)
    jobs.register("add", lambda args, progress: 0)
    first, second = submit("crash", {}, cast.clerk), submit("add", {}, cast.clerk)
    work()

    assert (fresh(first).state, fresh(second).state) == ("failed", "done")
    assert "ZeroDivision" not in str(first.reasons[0])


def test_an_unknown_kind_is_a_failure_and_no_endless_loop(kinds, cast):
    job = submit("of-a-newer-version", {}, cast.clerk)

    assert work() == 1 and work() == 0
    assert fresh(job).state == "failed"


def test_progress_is_written_at_most_once_a_second_and_not_inside_an_act(kinds, cast):
    seen = []

    def count(args, progress):
        for n in range(50):
            progress(n, 50)
        with writing():
            progress(50, 50)
        seen.append(db.session.scalar(select(Job.done)))

    jobs.register("count", count)
    job = submit("count", {}, cast.clerk)
    work()

    assert seen == [0], "the first call was written, the other 49 came within the second"
    assert (fresh(job).total, job.done) == (50, 50)


def test_a_job_left_by_a_dead_process_is_taken_three_times_then_told_as_failed(kinds, cast):
    job = submit("slow", {}, cast.clerk)
    for _ in range(3):
        assert services.take() is not None
        assert services.take() is None, "held for the length of the lease"
        lapse(job)

    assert services.take() is None
    assert fresh(job).state == "failed"
    assert "3" in str(job.reasons[0])


def test_work_over_which_the_database_stumbles_again_and_again_ends_and_says_so(kinds, cast):
    def stumble(args, progress):
        db.session.execute(text("SELECT * FROM no_such_table"))

    jobs.register("stumble", stumble)
    job = submit("stumble", {}, cast.clerk)

    assert work() == 3
    assert fresh(job).state == "failed", "it does not wait for ever"
    assert "3" in str(job.reasons[0])


def test_a_process_that_was_overtaken_stops_at_its_next_word(kinds, cast):
    def overtaken(args, progress):
        lapse(job)
        assert services.take() is not None
        progress(1, 2)
        pytest.fail("it should have stopped")

    jobs.register("slow", overtaken)
    job = submit("slow", {}, cast.clerk)
    work()

    assert fresh(job).state == "running", "the other process has it"


def test_an_overtaken_process_cannot_write_its_result(kinds, cast):
    job = submit("slow", {}, cast.clerk)
    slow = services.take()
    lapse(job)
    fast = services.take()

    assert services.finish(fast, "fast") is True
    assert services.finish(slow, "slow") is False
    assert fresh(job).result == "fast"


def test_the_work_of_the_day_is_done_once_and_not_before_its_time(kinds, now):
    done = []
    jobs.every_day("copy", clock.local(clock.at(clock.today(), 10)).time(), lambda: done.append("copied"))

    upkeep()
    assert done == []
    now.move(hours=2)
    upkeep()
    upkeep()
    assert done == ["copied"]
    now.move(days=1)
    upkeep()
    assert done == ["copied", "copied"]


def test_a_day_that_failed_says_why_and_the_minute_goes_on(kinds, now):
    seen = []
    jobs.every_day("copy", clock.local(clock.at(clock.today(), 1)).time(), lambda: 1 / 0)
    jobs.each_minute("broken", lambda: 1 / 0)
    jobs.each_minute("seal", lambda: seen.append(1))
    upkeep()

    kept = db.session.scalars(select(Once).where(Once.key.startswith("copy:"))).one()
    assert (kept.state, kept.words) == ("failed", "ZeroDivisionError: division by zero")
    assert seen == [1]
