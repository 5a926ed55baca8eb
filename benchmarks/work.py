"""What a form costs and what the product does by itself: save a visit, plan for one beat, claim and settle a mail."""

from __future__ import annotations

import re
import secrets
import statistics
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import event

from benchmarks import floor, floor_writing
from benchmarks.client import Timing, measure
from crm.core import bulk, clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.outbox import ledger
from crm.outbox.models import Delivery
from crm.outbox.rules import Outcome, Reply
from crm.reminders.planning import plan
from crm.workdays.queries import calendar

BEATS, CLAIMS = 20, 150
Measured = tuple[str, Timing, Timing, int]
"""What was done, ours, the floor, and how many statements of ours one of it takes."""


def saving(ports: tuple[int, int], path: str, cookie: str, firms: int) -> tuple[Timing, Timing]:
    """A quick visit with its follow-up, ever new words to ever other firms, against the bare rows of it."""
    page, cookie = _opened(ports[0], path, cookie)
    form = filled(page)

    def ours() -> tuple[str, str]:
        firm = _any_of(firms)
        fresh = {"client_key": secrets.token_hex(12), "person": firm, "text": _words()}
        return f"/visits/new?enterprise={firm}", urlencode({**form, **fresh})

    def least() -> tuple[str, str]:
        days = {"on": form["on"], "due_on": form["followup_on"]}
        return "/visit", urlencode({"enterprise": _any_of(firms), "text": _words(), **days})

    return measure(ports, (ours, least), cookie)


def _words() -> str:
    """The same words a second time would be the same form sent again, which is not saved twice."""
    return f"订单平稳，设备更新在谈，{secrets.token_hex(4)}"


def _any_of(firms: int) -> int:
    return secrets.randbelow(firms) + 1


def filled(page: str) -> dict[str, str]:
    """The quick visit with its words, the contact whom one met, and a day to follow up on."""
    hidden = dict(re.findall(r'name="(csrf_token|client_key)"[^>]* value="([^"]+)"', page))
    [person] = re.findall(r'name="person"[^>]* value="(\d+)"', page)[:1]
    today = clock.today()
    days = {"on": today.isoformat(), "followup_on": (today + timedelta(days=14)).isoformat()}
    return {**hidden, **days, "kind": "onsite", "person": person, "text": _words()}


def _opened(port: int, path: str, cookie: str) -> tuple[str, str]:
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", path, headers={"Cookie": cookie})
    answer = line.getresponse()
    return answer.read().decode(), (answer.headers["Set-Cookie"] or cookie).split(";")[0]


def by_itself(address: str) -> Iterator[Measured]:
    """Inside an application context, with nobody else at work on the database."""
    floor.ADDRESS = address
    least = floor_writing.connect()
    day = calendar().next_working_day(clock.today()).on
    since = (day - timedelta(days=bureau("silence_days"))).isoformat()

    def beat_of_floor() -> None:
        floor_writing.plan(least, day.isoformat(), since)

    for hour, what in ((7, "plan, {n} wait for the morning"), (10, "plan, nothing is due")):
        _set(clock.at(day, hour))
        first = floor_writing.timed(lambda: plan(clock.now()))
        print(f"the first beat at {hour}:00 took {first:.0f} ms", flush=True)
        waiting = _count("SELECT count(*) FROM reminder WHERE state = 'planned'")
        yield _compared(what.format(n=f"{waiting:,}"), lambda: plan(clock.now()), beat_of_floor, BEATS)
    _fill(3 * CLAIMS)
    now = clock.now() if floor_writing.on_postgresql() else f"{clock.now():%Y-%m-%d %H:%M:%S.%f}"
    yield _compared("claim and settle one mail", _claim, lambda: floor_writing.claim(least, now), CLAIMS)
    least.close()
    clock.configure("Asia/Shanghai")


def _claim() -> None:
    taken = ledger.claim_one(clock.now())
    assert taken
    assert ledger.end(taken, Reply(Outcome.ACCEPTED, 250, "ok"), clock.now(), policy="resend_once")


def _compared(what: str, ours: Callable[[], Any], least: Callable[[], Any], times: int) -> Measured:
    """In turns, so that whatever else the machine does meets both alike."""
    seen: list[str] = []
    note = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    ours()
    event.remove(db.engine, "before_cursor_execute", note)
    pairs = [(floor_writing.timed(ours), floor_writing.timed(least)) for _ in range(times)]
    mine, bare = (_timing(sorted(own)) for own in zip(*pairs, strict=True))
    return what, mine, bare, len(seen)


def _timing(times: list[float]) -> Timing:
    median = statistics.median(times)
    return Timing(median, times[int(len(times) * 0.95) - 1], 1000 / median, 0)


def _fill(deliveries: int) -> None:
    row = {"template": "digest", "params": {"digest": 0}, "address": "a@example.cn"}
    made = ({**row, "key": f"bench:{n}", "message_id": f"<{secrets.token_hex(12)}@bench>"} for n in range(deliveries))
    with writing():
        bulk.insert_many(Delivery.__table__, made)  # type: ignore[arg-type]


def _count(sql: str) -> int:
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(sql).scalar_one()


def _set(moment: datetime) -> None:
    ahead = moment - clock.real_now()
    clock.configure("Asia/Shanghai", lambda: ahead)
