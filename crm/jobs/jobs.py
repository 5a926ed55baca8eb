"""What the scheduler's work tick does: submitted jobs, the work of the minute, the work of the day."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import DBAPIError

from crm.core import clock
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.core.failpoint import failpoint
from crm.core.words import say
from crm.jobs import registry, services
from crm.jobs.progress import Progress, TakenOver
from crm.jobs.services import Claim

log = logging.getLogger(__name__)
UNEXPECTED = say("Something went wrong here; nothing was written. The administrator finds the reason in the log")


def work(go_on: Callable[[], bool] = lambda: True) -> int:
    """Do what waits, one job after the other; returns how many. Stops between two jobs when `go_on` says so."""
    done = 0
    while go_on() and (taken := services.take()):
        failpoint("jobs.claimed")
        _run(taken)
        done += 1
    return done


def _run(taken: Claim) -> None:
    kind = registry.KINDS.get(taken.kind)
    try:
        if kind is None:
            raise RuleBroken(say("This version of the program does not know the work “%(kind)s”", kind=taken.kind))
        result = kind.run(taken.args, Progress(taken.job_id, taken.token))
        failpoint("jobs.ran")
        services.finish(taken, result)
    except RuleBroken as broken:
        services.fail(taken, [obstacle.why for obstacle in broken.obstacles])
    except TakenOver:
        log.warning("job %s: taken over by another process", taken.job_id)
    except DBAPIError:
        log.exception("job %s: the database stumbled", taken.job_id)
        services.release(taken)
    except Exception:
        log.exception("job %s (%s) failed", taken.job_id, taken.kind)
        services.fail(taken, [UNEXPECTED])
    finally:
        db.session.rollback()


def upkeep(go_on: Callable[[], bool] = lambda: True) -> None:
    """The work of every minute and, from its time of day on, the work of the day; one failure stops nothing else."""
    for name, run in registry.MINUTELY.items():
        if go_on():
            _guarded(name, run)
    for daily in registry.DAILY.values():
        if go_on() and clock.local(clock.now()).time() >= daily.at:
            _guarded(daily.name, partial(_once_today, daily))


def _once_today(daily: registry.Daily) -> None:
    key = services.first_today(daily.name)
    if key is None:
        return
    try:
        words = daily.run() or ""
    except Exception as error:
        services.close_day(key, state="failed", words=f"{error.__class__.__name__}: {error}"[:1000])
        raise
    services.close_day(key, state="done", words=words)


def _guarded(name: str, run: Callable[[], object]) -> None:
    try:
        run()
    except Exception:
        log.exception("%s failed", name)
    finally:
        db.session.rollback()
