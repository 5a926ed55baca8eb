"""Pytest hooks: the run's PostgreSQL begins and ends with it, and tests find their lane by what they use.

`tests/conftest.py` names it: `pytest_plugins = ["tests.services.plugin"]`.
"""

import gc

import pytest

from tests.services import postgres

WITH_DATABASE = {"app", "database", "browser"}
FIRST = (
    *("journeys", "axe/test_axe.py", "scheduler/test_process.py", "house/test_newcomer.py"),
    *("house/test_hostile_text.py", "house/test_shown_words.py", "imports/test_faults.py", "rights/test_routes.py"),
    *("ops/test_demo.py", "ops/test_demo_mailbox.py"),
)
"""Below tests/, the longest on top: what takes half a minute begins early, or one worker waits for it at the end."""


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and postgres.begin():
        config.add_cleanup(postgres.end)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`rules` = needs no database and starts no process; `on_postgresql` = the half that runs there."""
    for item in items:
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if "postgresql" in given:
            item.add_marker("on_postgresql")
        marked = {mark.name for mark in item.iter_markers()}
        if not marked & {"browser", "slow", "proof"} and WITH_DATABASE.isdisjoint(item.fixturenames):
            item.add_marker("rules")
    items.sort(key=place)


def place(item: pytest.Item) -> int:
    """Its rank among FIRST; everything else keeps its order after them."""
    name = item.nodeid.removeprefix("tests/")
    return next((rank for rank, start in enumerate(FIRST) if name.startswith(start)), len(FIRST))


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking through it again and again costs a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 20, 50)
