"""Submitting a job, taking it, settling it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update

from crm.core import clock
from crm.core.claims import changed_one, claim, settle
from crm.core.db import db, writing
from crm.core.queries import insert_new
from crm.core.words import Say, say
from crm.jobs import queries
from crm.jobs.models import Job, JobState, Once
from crm.timeline import Actor

RETAKE_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Claim:
    job_id: int
    kind: str
    args: Any
    token: str


def submit(kind: str, args: Any, *, by: Actor) -> Job:
    """Leave work for the scheduler process, in the caller's transaction; `args` must be JSON-like."""
    job = Job(kind=kind, args=args, by_id=by.id, by_name=by.name)
    db.session.add(job)
    db.session.flush()
    return job


def take() -> Claim | None:
    """The oldest job that waits or was left behind by a dead process, now ours."""
    waits = db.session.scalar(select(Job.id).where(or_(queries.free(), queries.given_up())).limit(1))
    if waits is None:
        db.session.rollback()
        return None
    with writing() as session:
        _give_up()
        for job_id in session.scalars(queries.next_ids()).all():
            begun: dict[str, Any] = {"state": JobState.RUNNING, "attempts": Job.attempts + 1, "started_at": clock.now()}
            token = claim(Job, job_id, free=queries.free(), **begun)
            if token:
                job = session.get_one(Job, job_id)
                return Claim(job.id, job.kind, job.args, token)
    return None


def finish(taken: Claim, result: Any) -> bool:
    """False when another process has taken the job over meanwhile: its outcome counts."""
    return _settle(taken, state=JobState.DONE, result=result, done=Job.total)


def fail(taken: Claim, why: list[Say]) -> bool:
    return _settle(taken, state=JobState.FAILED, problem=[words.as_json() for words in why])


def release(taken: Claim) -> bool:
    """Back into the queue: the database stumbled, the work itself is not to blame."""
    return _settle(taken, state=JobState.WAITING, finished_at=None)


def _settle(taken: Claim, **changes: Any) -> bool:
    with writing():
        return settle(Job, taken.job_id, taken.token, **{"finished_at": clock.now(), **changes})


def _give_up() -> None:
    why = say("The work was interrupted %(n)s times. Start it again, or tell the administrator", n=queries.MAX_ATTEMPTS)
    db.session.execute(
        update(Job)
        .where(queries.given_up())
        .values(state=JobState.FAILED, problem=[why.as_json()], finished_at=clock.now(), claim_token=None)
        .execution_options(synchronize_session=False)
    )


def first_today(name: str) -> str | None:
    """The key of today's work when it falls to this process, else None: one row per name and day decides.

    Work that a process began and never ended is taken again after an hour.
    """
    key = f"{name}:{clock.today().isoformat()}"
    with writing():
        if insert_new(Once, [{"key": key, "at": clock.now(), "state": "running"}]):
            return key
        retaken = db.session.execute(
            update(Once)
            .where(Once.key == key, Once.state == "running", Once.at < clock.now() - RETAKE_AFTER)
            .values(at=clock.now())
        )
        return key if changed_one(retaken) else None


def close_day(key: str, *, state: str, words: str) -> None:
    with writing():
        db.session.execute(update(Once).where(Once.key == key).values(state=state, words=words, at=clock.now()))
