"""Every story runs from a clone, on both databases."""

import os

import pytest

from tests.journeys.bureau import clone
from tests.services import postgres


@pytest.fixture(scope="session")
def cloned(tmp_path_factory):
    return clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The address of an empty place for a database: a file to be made, or a fresh database of the run's server."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'register.db'}"
        return
    name = f"journey_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    yield postgres.create_database(name)
    postgres.drop_database(name)
