"""Begets short-lived senders: `python -m tests.scheduler.nursery` loads the application once and forks for each order.

An order is a line "FAILPOINT PASSAGE"; the answer is the child's exit code (-9: killed there, 0: it was through).
"""

import os
import signal
import sys
from itertools import count

from crm.core import clock, failpoint
from crm.core.db import db
from crm.outbox.jobs import Mailroom, deliver
from crm.reminders.planning import plan
from wsgi import app


def send_all() -> None:
    with app.app_context():
        plan(clock.now())
        room = Mailroom(app.extensions["commissioner"])
        while deliver(room, limit=50)["claimed"]:
            pass


def beget(point: str, passage: int) -> int:
    child = os.fork()
    if child == 0:
        failpoint._wanted, failpoint._nth, failpoint._passages = point, str(passage), count(1)
        try:
            send_all()
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def main() -> None:
    with app.app_context():
        db.engine.dispose()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("ready", flush=True)
    for order in sys.stdin:
        point, passage = order.split()
        print(beget(point, int(passage)), flush=True)


if __name__ == "__main__":
    main()
