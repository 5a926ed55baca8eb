"""The sign of life of each scheduler process: one row, by the real clock."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from crm.core import clock
from crm.core.claims import changed_one
from crm.core.db import db, writing
from crm.core.queries import insert_new
from crm.jobs.models import Heartbeat

NAME = f"{socket.gethostname()}:{os.getpid()}"[:80]
FORGOTTEN = timedelta(days=1)


def beat(started_at: datetime) -> None:
    now = clock.real_now()
    with writing():
        alive = db.session.execute(update(Heartbeat).where(Heartbeat.name == NAME).values(at=now))
        if not changed_one(alive):
            insert_new(Heartbeat, [{"name": NAME, "at": now, "started_at": started_at}])
            db.session.execute(delete(Heartbeat).where(Heartbeat.at < now - FORGOTTEN))


def jumped(seconds: float) -> None:
    """Keep that the machine's clock jumped, for the banner of administrators."""
    with writing():
        seen = {"jumped_at": clock.real_now(), "jumped_by": round(seconds)}
        db.session.execute(update(Heartbeat).where(Heartbeat.name == NAME).values(**seen))
