"""How far a job is: written at most once a second, each time in a short transaction that also renews the lease."""

from __future__ import annotations

import time

from crm.core import clock
from crm.core.claims import LEASE, settle
from crm.core.db import in_writing, writing
from crm.jobs.models import Job

AT_MOST_EVERY = 1.0


class TakenOver(Exception):
    """The lease had lapsed and another process has taken the job: stop here."""


class Progress:
    """Called by a handler with `(done, total)`; inside `writing()` it says nothing, the act is too short for that."""

    def __init__(self, job_id: int, token: str) -> None:
        self.job_id, self.token, self.told_at = job_id, token, float("-inf")

    def __call__(self, done: int, total: int) -> None:
        if in_writing() or time.monotonic() - self.told_at < AT_MOST_EVERY:
            return
        self.told_at = time.monotonic()
        with writing():
            ours = settle(Job, self.job_id, self.token, done=done, total=total, lease_until=clock.real_now() + LEASE)
        if not ours:
            raise TakenOver
