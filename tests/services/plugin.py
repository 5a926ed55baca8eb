"""Pytest hooks: the run's PostgreSQL begins and ends with it, and tests find their lane by what they use.

`tests/conftest.py` names it: `pytest_plugins = ["tests.services.plugin"]`.
"""

import gc

import pytest

from tests.services import postgres

WITH_DATABASE = {"app", "database", "browser"}


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


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking through it again and again costs a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 20, 50)
