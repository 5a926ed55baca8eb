"""`run-scheduler`: the one process that sends and works. The only file that knows APScheduler.

APScheduler is a metronome here: its store is empty memory, its three jobs ask the database what is due. Nothing is lost
when it stops, and a second process is harmless: every claim is one conditional UPDATE.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from crm.core import clock, logs
from crm.core.db import db
from crm.core.settings import Settings
from crm.jobs import heartbeat, jobs
from crm.outbox.jobs import Mailroom, deliver
from crm.reminders.planning import plan

log = logging.getLogger(__name__)
MINUTE = 60.0
JUMP = 600.0
LATE_OR_DOUBLE = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


@dataclass(frozen=True)
class Pace:
    """Seconds between two beats of each job."""

    beat: float = 30
    deliver: float = 10
    work: float = 1


TEST_PACE = Pace(beat=0.5, deliver=0.3, work=0.3)


class Ticks:
    """What happens at each beat. An error is logged, the session thrown away, and the next beat comes."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.room = app, Mailroom(settings)
        self.started_at, self.stopping = clock.real_now(), threading.Event()
        self.upkeep_due = float("-inf")
        self.plans = True
        self.drift = self._drift()

    def beat(self) -> None:
        """A sign of life only while planning succeeds: a scheduler that tells nobody anything must not look alive."""
        if self.plans:
            heartbeat.beat(self.started_at)
        self._watch_the_clock()
        self.plans = False
        plan(clock.now())
        self.plans = True

    def deliver(self) -> None:
        deliver(self.room, limit=50, go_on=self.goes_on)

    def work(self) -> None:
        jobs.work(self.goes_on)
        if time.monotonic() >= self.upkeep_due:
            self.upkeep_due = time.monotonic() + MINUTE
            jobs.upkeep(self.goes_on)

    def goes_on(self) -> bool:
        return not self.stopping.is_set()

    def guarded(self, tick: Callable[[], None]) -> None:
        with self.app.app_context():
            try:
                tick()
            except Exception:
                log.exception("%s failed; the next one comes", tick.__name__)
            finally:
                db.session.remove()

    def _drift(self) -> float:
        return clock.real_now().timestamp() - time.monotonic()

    def _watch_the_clock(self) -> None:
        """Reminders follow the machine's clock; when it jumps, whoever reads the log should know why."""
        before, self.drift = self.drift, self._drift()
        if abs(self.drift - before) > JUMP:
            log.warning("the clock of this machine jumped by %.0f seconds", self.drift - before)
            heartbeat.jumped(self.drift - before)


def metronome(ticks: Ticks, pace: Pace) -> BlockingScheduler:
    scheduler = BlockingScheduler(
        timezone=UTC, executors={"default": ThreadPoolExecutor(3)}, job_defaults=LATE_OR_DOUBLE
    )
    for tick, seconds in ((ticks.beat, pace.beat), (ticks.deliver, pace.deliver), (ticks.work, pace.work)):
        scheduler.add_job(
            ticks.guarded, "interval", args=[tick], seconds=seconds, id=tick.__name__, next_run_time=clock.real_now()
        )
    return scheduler


def stop_on_signal(scheduler: BlockingScheduler, ticks: Ticks) -> None:
    """SIGTERM and Ctrl+C: begin nothing new, finish the current mail or job, end with code 0."""

    def end() -> None:
        log.info("scheduler %s stops when what it has in hand is done", heartbeat.NAME)
        scheduler.pause()
        scheduler.shutdown(wait=True)

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not ticks.stopping.is_set():
            ticks.stopping.set()
            threading.Thread(target=end).start()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def run(app: Flask, settings: Settings) -> None:
    """Runs until it is asked to stop."""
    logs.begin(settings)
    ticks = Ticks(app, settings)
    scheduler = metronome(ticks, TEST_PACE if settings.env == "test" else Pace())
    stop_on_signal(scheduler, ticks)
    log.info("scheduler %s is running", heartbeat.NAME)
    scheduler.start()
    log.info("scheduler %s has stopped", heartbeat.NAME)
