"""Pytest hooks: the run's PostgreSQL begins and ends with it, and tests find their lane by what they use.

`tests/conftest.py` names it: `pytest_plugins = ["tests.services.plugin"]`. What the database itself does (guards,
migrations, races, kills, imports, jobs, the table of rights) is tried on both in every run. A story about a page runs
on one of the two, chosen by its name for good, and on the other one in the proof: CI drew the same pages twice.
"""

import gc
import zlib

import pytest

from tests.services import postgres

WITH_DATABASE = {"app", "database", "browser"}
FIRST = (
    *("journeys", "axe/test_axe.py", "scheduler/test_process.py", "house/test_newcomer.py"),
    *("house/test_hostile_text.py", "house/test_shown_words.py", "imports/test_faults.py", "rights/test_routes.py"),
    *("ops/test_demo.py", "ops/test_demo_mailbox.py"),
)
"""Below tests/, the longest on top: what takes half a minute begins early, or one worker waits for it at the end."""
ON_ONE = (
    *("accounts/", "cultivation/", "desk/", "enterprises/", "followups/", "lists/", "reminders/", "tiers/", "visits/"),
    "workdays/",
)
ON_ONE_THOUGH_SLOW = (
    *("house/test_forms.py", "house/test_hostile_text.py", "rights/test_canary.py", "rights/test_levels.py"),
)
PAST_THE_PAGES = {"IntegrityError", "DBAPIError", "raw_connection", "threading", "Thread"}
"""A module that uses one of these attacks the database itself: on both."""
DATABASES = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and postgres.begin():
        config.add_cleanup(postgres.end)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`rules` = needs no database and starts no process; `on_postgresql` = the half that runs there."""
    names = {item.nodeid for item in items}
    for item in items:
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if "postgresql" in given:
            item.add_marker("on_postgresql")
        if is_told_elsewhere(item, names):
            item.add_marker("other_database")
        marked = {mark.name for mark in item.iter_markers()}
        if not marked & {"browser", "slow", "proof"} and WITH_DATABASE.isdisjoint(item.fixturenames):
            item.add_marker("rules")
    items.sort(key=place)


def is_told_elsewhere(item: pytest.Item, names: set[str]) -> bool:
    """Is this the half of a story that the lanes leave to the proof? Only if its other half is among `names`."""
    at, marked = item.nodeid.removeprefix("tests/"), {mark.name for mark in item.iter_markers()}
    if marked & {"browser", "proof"} or not PAST_THE_PAGES.isdisjoint(vars(item.module)):  # type: ignore[attr-defined]
        return False
    if not at.startswith(ON_ONE_THOUGH_SLOW) and ("slow" in marked or not at.startswith(ON_ONE)):
        return False
    first, second = (
        [item.nodeid.replace(other, one) for other in DATABASES if other in item.nodeid] for one in DATABASES
    )
    if not first or not {*first, *second} <= names:
        return False
    chosen = (first, second)[zlib.crc32(first[0].encode()) % 2]
    return item.nodeid not in chosen


def place(item: pytest.Item) -> int:
    """Its rank among FIRST; everything else keeps its order after them."""
    name = item.nodeid.removeprefix("tests/")
    return next((rank for rank, start in enumerate(FIRST) if name.startswith(start)), len(FIRST))


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking through it again and again costs a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 20, 50)
