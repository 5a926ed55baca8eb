"""kill -9 of the web server while visits are being saved: what was acknowledged is there, and nothing is there twice.

`python3 tasks.py proof` saves a thousand and writes docs/proofs/saves-*.md; CI saves forty. Killing a process takes no
page from the machine's memory: what a power cut would need (WAL with synchronous=FULL) is asked of the connection.
"""

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest
from sqlalchemy import func, select, text

from crm.core.db import db
from crm.followups.models import Followup
from crm.timeline import Entry
from crm.visits.models import Visit
from tests.proofs import keep, table
from tests.services.processes import until
from tests.services.web import WebServer
from tests.visits.phone import SENDING, Phone

PHONES = 4


@pytest.fixture
def phones(phone_at, make, cast) -> list[Phone]:
    return [phone_at(make.enterprise(commissioner=cast.lin)) for _ in range(PHONES)]


@pytest.mark.parametrize(
    ("saves", "kills"), [pytest.param(24, 3, marks=pytest.mark.slow), pytest.param(1000, 100, marks=pytest.mark.proof)]
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
