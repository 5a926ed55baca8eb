"""kill -9 of the web server while visits are being saved: what was acknowledged is there, and nothing is there twice.

`python3 tasks.py proof` saves a thousand and writes docs/proofs/saves-*.md; CI saves forty. Killing a process takes no
page from the machine's memory: what a power cut would need (WAL with synchronous=FULL) is asked of the connection.
"""

import os
import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Event
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select, text

from crm.core.db import db
from crm.followups.models import Followup
from crm.timeline import Entry
from crm.visits.models import Visit
from tests.conftest import environment_for
from tests.proofs import keep, table
from tests.services.processes import until
from tests.services.web import WebServer

PHONES = 4
SENDING = Event()


class Phone:
    """One official who saves visit after visit. What got no answer he sends again: the same form, the same key."""

    def __init__(self, port: int, cookie: str, firm_id: int) -> None:
        self.port, self.cookie, self.path = port, cookie, f"/visits/new?enterprise={firm_id}"
        self.acknowledged: dict[str, int] = {}
        self.seen: Counter[str] = Counter()
        self.took = 0.05
        """Seconds from the last form to its answer."""

    def save(self, words: str) -> None:
        page = self.insist("GET", self.path)
        hidden = dict(re.findall(r'name="(csrf_token|client_key)"[^>]* value="([^"]+)"', page[1]))
        sent = {
            **hidden,
            "kind": "onsite",
            "on": "2026-11-23",
            "met": "王总",
            "text": words,
            "followup_on": "2026-12-07",
        }
        where, _ = self.insist("POST", self.path, urlencode(sent))
        self.acknowledged[words] = int(where.removeprefix("/visits/"))
        shown = self.insist("GET", where)[1]
        assert words in shown
        self.seen["there already"] += "不再重复保存" in shown

    def insist(self, method: str, path: str, body: str | None = None) -> tuple[str, str]:
        """Where the answer points to, and its text; asked again until there is one."""
        return until(lambda: self.ask(method, path, body), 120)

    def ask(self, method: str, path: str, body: str | None) -> tuple[str, str] | None:
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        if method == "POST":
            SENDING.set()
        begun = time.monotonic()
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            shown = answer.read().decode()
        except (OSError, HTTPException) as lost:
            self.seen[f"{method} refused" if isinstance(lost, ConnectionRefusedError) else f"{method} unanswered"] += 1
            return None
        finally:
            line.close()
        assert answer.status == (200 if method == "GET" else 303), f"{method} {path}: {answer.status}\n{shown[:2000]}"
        self.took = time.monotonic() - begun if method == "POST" else self.took
        self.cookie = (answer.headers["Set-Cookie"] or self.cookie).split(";")[0]
        return answer.headers.get("Location", ""), shown


@pytest.fixture
def web(app, database, tmp_path):
    env = environment_for(database, tmp_path, CRM_SMTP_URL="", CRM_CLOCK="2026-11-23T09:00:00+08:00")
    server = WebServer(env, tmp_path)
    yield server
    server.stop()


@pytest.fixture
def phones(app, web, page, make, cast) -> list[Phone]:
    page.as_(cast.lin).open("desk.home")
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = f"{name}={page.client.get_cookie(name).value}"
    return [Phone(web.port, cookie, make.enterprise(commissioner=cast.lin).id) for _ in range(PHONES)]


@pytest.mark.parametrize(
    ("saves", "kills"), [pytest.param(40, 5, marks=pytest.mark.slow), pytest.param(1000, 100, marks=pytest.mark.proof)]
)
def test_what_was_acknowledged_is_there_once_whatever_is_killed(web, phones, saves, kills):
    seed = int(os.environ.get("SEED", "20261123"))
    print(f"seed {seed}")
    chance, numbers, done = random.Random(seed), count(1), Counter()

    def work(phone: Phone) -> None:
        while (number := next(numbers)) <= saves:
            phone.save(f"第{number}次走访")

    def acknowledged() -> int:
        for thread in threads:
            if thread.done():
                thread.result()
        return sum(len(phone.acknowledged) for phone in phones)

    with ThreadPoolExecutor(PHONES) as pool:
        threads = [pool.submit(work, phone) for phone in phones]
        for turn in range(kills):
            until(lambda turn=turn: acknowledged() >= turn * (saves - PHONES) // kills, 120)
            await_a_moment(chance.uniform(0, 1.2) * min(phone.took for phone in phones))
            done[kill(web, chance)] += 1
    acknowledged()
    result = judge(web, phones, saves, done)
    print("\n" + result)
    if saves >= 1000:
        keep("saves", "A thousand saves", result, seed)


def await_a_moment(seconds: float) -> None:
    """Some way into a save: so many seconds after a form has left."""
    SENDING.clear()
    assert SENDING.wait(60)
    Event().wait(seconds)


def kill(web: WebServer, chance: random.Random) -> str:
    if chance.random() < 0.5:
        web.kill_one_worker(chance)
        return "one worker"
    web.kill()
    web.start()
    return "the whole server"


def judge(web: WebServer, phones: list[Phone], saves: int, done: Counter[str]) -> str:
    web.kill()
    db.session.rollback()
    told = {words: visit_id for phone in phones for words, visit_id in phone.acknowledged.items()}
    kept = db.session.execute(select(Visit.text, Visit.id)).all()
    promises = db.session.scalars(select(Followup.origin_id).where(Followup.origin_kind == "visit")).all()
    written = db.session.scalars(select(Entry.subject_id).where(Entry.kind == "visit.recorded")).all()
    seen = sum((phone.seen for phone in phones), Counter())

    assert len(told) == saves
    assert {words for words, _ in kept} == set(told), "lost"
    assert Counter(words for words, _ in kept).most_common(1)[0][1] == 1, "saved twice"
    assert dict(kept) == told, "each is where its answer pointed to"
    assert sorted(promises) == sorted(written) == sorted(told.values()), "half a save"
    assert seen["POST unanswered"], "no kill met a form"
    assert_safe()
    return table({
        **{f"kills of {what}": n for what, n in done.items()},
        "saves acknowledged": len(told),
        "acknowledged saves lost": len(set(told) - {words for words, _ in kept}),
        "visits saved twice": len(kept) - len(told),
        "visits without their follow-up or their entry in the record": 0,
        "forms of which no answer came, sent again": seen["POST unanswered"],
        "of these already saved when they came again": seen["there already"],
        "pages of which no answer came": seen["GET unanswered"],
    })  # fmt: skip


def assert_safe() -> None:
    """The file is whole, and each connection waits for the disk."""
    if db.engine.dialect.name == "sqlite":
        asked = ("integrity_check", "journal_mode", "synchronous")
        assert [db.session.scalar(text(f"PRAGMA {what}")) for what in asked] == ["ok", "wal", 2]
    assert db.session.scalar(select(func.count()).select_from(Visit))
